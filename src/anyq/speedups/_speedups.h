/* What the files of this extension share. */

#ifndef ANYQ_SPEEDUPS_H
#define ANYQ_SPEEDUPS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

/* Loops over fewer bytes than this keep the interpreter's lock: giving it up costs more. */
#define BRIEF 65536

/* The number in 4 bytes of either order. */
static inline uint64_t
count_of(const uint8_t *at, int little)
{
    return little ? (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24
                  : (uint64_t)at[3] | (uint64_t)at[2] << 8 | (uint64_t)at[1] << 16 | (uint64_t)at[0] << 24;
}

/* The place behind the `count`-th NUL from `pos` (at most `size`) on, or -1 without so many. */
Py_ssize_t after_nuls(const uint8_t *in, size_t size, size_t pos, size_t count);

/* Adds the type Decoder and the function `frames` to the module. */
int add_decoder(PyObject *module);

/* Adds the functions that write columns. */
int add_writer(PyObject *module);

#endif
