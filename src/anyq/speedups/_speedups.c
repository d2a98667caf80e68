/* The hot loops of anyq that NumPy cannot express.

   Each function takes buffers and gives numbers; what it found wrong it says by its result, and the callers in Python
   raise. (`factorize_strs` takes objects, and the last, `send_and_receive`, is none of them. Values are made in _decoder.c.) The
   functions of the same names in Python (anyq/codec/_scan.py, _stream.py, _strings.py; anyq/values/_storage.py;
   anyq/convert/_texts.py; anyq/sync/_wire.py) are their specification, and the tests compare the two. No index is used
   before it is checked, so a buffer that another thread changes meanwhile gives a wrong result at worst: the
   interpreter's lock is released in every loop over bytes that may take long. There is no state but the module's, so
   each interpreter has its own, and none needs the lock. */

#include "_speedups.h"

#ifndef _WIN32
#include <errno.h>
#include <sys/socket.h>
#ifdef MSG_NOSIGNAL
#define NO_SIGNAL MSG_NOSIGNAL
#else
#define NO_SIGNAL 0
#endif
#endif

/* ---- compression -------------------------------------------------------------------------------------------- */

enum { STREAM_OK = 0, STREAM_CUT = 1, STREAM_UNKNOWN = 2, STREAM_LENGTH = 3 };

#define GROUP 17
#define LONGEST 255
#define REPEAT (2 + LONGEST)

/* Copy `count` bytes from `from` to `to`, which is behind it by `distance`: where the two overlap, what is copied repeats.
   There is room for REPEAT bytes and 8 more at `to`, whatever `count` is. */
static inline void
repeat_with_room(uint8_t *to, size_t distance, size_t count)
{
    const uint8_t *from = to - distance;
    const uint8_t *stop = to + count;

    if (distance >= 8) {
        do {
            memcpy(to, from, 8);
            to += 8;
            from += 8;
        } while (to < stop);
    }
    else if (distance == 1) {
        memset(to, *from, count);
    }
    else {
        while (to < stop)
            *to++ = *from++;
    }
}

/* Places are counted from 1, so that 0 says that nothing has been noted. A byte's place is noted with the next byte, but
   for the last of a repeat: then `open` is 256, an entry that nobody reads. */
static int
expand(const uint8_t *in, size_t size, uint8_t *out, size_t wanted)
{
    size_t places[512] = {0}, pos = 0, end = 0;
    unsigned open = 256;

    while (end < wanted) {
        if (pos >= size)
            return STREAM_CUT;
        unsigned control = in[pos++];
        int roomy = size - pos >= 2 * 8 && wanted - end >= 8 * REPEAT + 8;
        for (unsigned bit = 0; bit < 8; bit++, control >>= 1) {
            if (!roomy && end >= wanted)
                break;
            if (!(control & 1)) {
                if (!roomy && pos >= size)
                    return STREAM_CUT;
                uint8_t byte = in[pos++];
                places[open ^ byte] = end;
                open = byte;
                out[end++] = byte;
                continue;
            }
            if (!roomy && size - pos < 2)
                return STREAM_CUT;
            size_t place = places[in[pos]], count = 2 + (size_t)in[pos + 1];
            pos += 2;
            if (place == 0)
                return STREAM_UNKNOWN;
            size_t distance = end - (place - 1);
            if (roomy)
                repeat_with_room(out + end, distance, count);
            else if (wanted - end < count)
                return STREAM_LENGTH;
            else
                for (size_t i = 0; i < count; i++)
                    out[end + i] = out[end + i - distance];
            places[open ^ out[end]] = end;
            places[out[end] ^ out[end + 1]] = end + 1;
            open = 256;
            end += count;
        }
    }
    return pos == size ? STREAM_OK : STREAM_LENGTH;
}

/* How many bytes from `a` on are those from `b` on, `most` at most. */
static inline size_t
same(const uint8_t *a, const uint8_t *b, size_t most)
{
    size_t count = 0;

    while (most - count >= 8) {
        uint64_t x, y;
        memcpy(&x, a + count, 8);
        memcpy(&y, b + count, 8);
        if (x != y)
            break;
        count += 8;
    }
    while (count < most && a[count] == b[count])
        count++;
    return count;
}

/* The length of the stream, or -1 when it comes near to being longer than `limit`, the size of `out`. */
static Py_ssize_t
squeeze(const uint8_t *in, size_t size, uint8_t *out, size_t limit)
{
    size_t places[256] = {0}, pos = 0, end = 0, control = 0, waiting = 0;
    unsigned bit = 256, waiting_hash = 0;

    while (pos < size) {
        if (bit == 256) {
            if (limit < GROUP || end > limit - GROUP)
                return -1;
            control = end;
            out[end++] = 0;
            bit = 1;
        }
        size_t place = 0;
        unsigned hash = 0;
        int hashed = size - pos >= 3;
        if (hashed) {
            hash = in[pos] ^ in[pos + 1];
            place = places[hash];
        }
        if (waiting) {
            places[waiting_hash] = waiting;
            waiting = 0;
        }
        if (place == 0 || in[place - 1] != in[pos]) {
            if (hashed) {
                waiting = pos + 1;
                waiting_hash = hash;
            }
            out[end++] = in[pos++];
        }
        else {
            places[hash] = pos + 1;
            out[control] |= (uint8_t)bit;
            pos += 2;
            size_t most = size - pos < LONGEST ? size - pos : LONGEST;
            size_t more = same(in + place + 1, in + pos, most);
            out[end++] = (uint8_t)hash;
            out[end++] = (uint8_t)more;
            pos += more;
        }
        bit <<= 1;
    }
    return (Py_ssize_t)end;
}

static PyObject *
decompress(PyObject *module, PyObject *args)
{
    Py_buffer in, out;
    int status;

    if (!PyArg_ParseTuple(args, "y*w*:decompress", &in, &out))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    status = expand(in.buf, (size_t)in.len, out.buf, (size_t)out.len);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&in);
    PyBuffer_Release(&out);
    return PyLong_FromLong(status);
}

static PyObject *
compress(PyObject *module, PyObject *args)
{
    Py_buffer in, out;
    Py_ssize_t size;

    if (!PyArg_ParseTuple(args, "y*w*:compress", &in, &out))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    size = squeeze(in.buf, (size_t)in.len, out.buf, (size_t)out.len);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&in);
    PyBuffer_Release(&out);
    return PyLong_FromSsize_t(size);
}

/* ---- lists of char vectors ---------------------------------------------------------------------------------- */

#define HEAD 6
#define CHARS 10

static Py_ssize_t
find_strings(const uint8_t *in, size_t size, size_t pos, int64_t *starts, int64_t *ends, size_t count, int little)
{
    for (size_t i = 0; i < count; i++) {
        if (pos > size || size - pos < HEAD || in[pos] != CHARS || in[pos + 1] != 0)
            return -1;
        uint64_t length = count_of(in + pos + 2, little);
        pos += HEAD;
        if (length > size - pos)
            return -1;
        starts[i] = (int64_t)pos;
        pos += (size_t)length;
        ends[i] = (int64_t)pos;
    }
    return (Py_ssize_t)pos;
}

static PyObject *
string_bounds(PyObject *module, PyObject *args)
{
    Py_buffer in, starts, ends;
    Py_ssize_t pos;
    int little;
    PyObject *found = NULL;

    if (!PyArg_ParseTuple(args, "y*nw*w*p:string_bounds", &in, &pos, &starts, &ends, &little))
        return NULL;
    if (pos < 0 || starts.len != ends.len || starts.len % sizeof(int64_t)) {
        PyErr_SetString(PyExc_ValueError, "starts and ends are arrays of 64-bit integers of one length");
    }
    else {
        Py_BEGIN_ALLOW_THREADS
        pos = find_strings(in.buf, (size_t)in.len, (size_t)pos, starts.buf, ends.buf,
                           (size_t)starts.len / sizeof(int64_t), little);
        Py_END_ALLOW_THREADS
        found = PyLong_FromSsize_t(pos);
    }
    PyBuffer_Release(&in);
    PyBuffer_Release(&starts);
    PyBuffer_Release(&ends);
    return found;
}

/* Write the texts one after the other, each behind `head` bytes that say what it is (6) or nothing (0). */
static int
put_strings(const uint8_t *data, size_t size, const int64_t *starts, const int64_t *ends, size_t count, uint8_t *out,
            size_t room, size_t head)
{
    for (size_t i = 0; i < count; i++) {
        int64_t start = starts[i], end = ends[i];
        if (start < 0 || end < start || (uint64_t)end > size || room < head || room - head < (size_t)(end - start))
            return -1;
        size_t length = (size_t)(end - start);
        if (head) {
            if (length > UINT32_MAX)
                return -1;
            out[0] = CHARS;
            out[1] = 0;
            out[2] = (uint8_t)length;
            out[3] = (uint8_t)(length >> 8);
            out[4] = (uint8_t)(length >> 16);
            out[5] = (uint8_t)(length >> 24);
            out += HEAD;
            room -= HEAD;
        }
        if (length <= 16 && size - (size_t)start >= 16 && room >= 16)
            memcpy(out, data + start, 16); /* what is too much is written over by the next */
        else
            memcpy(out, data + start, length);
        out += length;
        room -= length;
    }
    return room == 0 ? 0 : -1;
}

static PyObject *
join_strings(PyObject *module, PyObject *args)
{
    Py_buffer data, starts, ends, out;
    int headed, status = -1;

    if (!PyArg_ParseTuple(args, "y*y*y*w*p:join_strings", &data, &starts, &ends, &out, &headed))
        return NULL;
    if (starts.len == ends.len && starts.len % sizeof(int64_t) == 0) {
        Py_BEGIN_ALLOW_THREADS
        status = put_strings(data.buf, (size_t)data.len, starts.buf, ends.buf, (size_t)starts.len / sizeof(int64_t),
                             out.buf, (size_t)out.len, headed ? HEAD : 0);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&data);
    PyBuffer_Release(&starts);
    PyBuffer_Release(&ends);
    PyBuffer_Release(&out);
    if (status < 0) {
        PyErr_SetString(PyExc_ValueError, "the bounds of the texts and the sizes of the buffers do not fit together");
        return NULL;
    }
    Py_RETURN_NONE;
}

/* ---- where symbols end --------------------------------------------------------------------------------------- */

#define LANES 16
#define TURNS 255 /* as often as a lane of 8 bits can be counted up */
#define BLOCK (LANES * TURNS)
#define AHEAD 8192

#ifdef __GNUC__
typedef uint8_t Lanes __attribute__((vector_size(LANES)));
#endif

/* How many of BLOCK bytes are 0. */
static inline size_t
zeros(const uint8_t *in)
{
    size_t found = 0;

#ifdef __GNUC__
    Lanes counts = {0};
    for (size_t turn = 0; turn < TURNS; turn++) {
        Lanes bytes;
        if (turn % (64 / LANES) == 0) /* what was just received is not in the nearest cache */
            __builtin_prefetch(in + turn * LANES + AHEAD);
        memcpy(&bytes, in + turn * LANES, LANES);
        counts -= (Lanes)(bytes == 0);
    }
    for (size_t lane = 0; lane < LANES; lane++)
        found += counts[lane];
#else
    for (size_t i = 0; i < BLOCK; i++)
        found += in[i] == 0;
#endif
    return found;
}

/* The place behind the `count`-th NUL from `pos` on, or -1 without so many. Whole blocks are counted; the texts are found
   in the last one only. */
Py_ssize_t
after_nuls(const uint8_t *in, size_t size, size_t pos, size_t count)
{
    while (count > BLOCK / 2 && size - pos >= BLOCK) {
        size_t found = zeros(in + pos);
        if (found >= count)
            break;
        count -= found;
        pos += BLOCK;
    }
    for (; count > 0; count--) {
        const uint8_t *nul = pos < size ? memchr(in + pos, 0, size - pos) : NULL;
        if (nul == NULL)
            return -1;
        pos = (size_t)(nul - in) + 1;
    }
    return (Py_ssize_t)pos;
}

static PyObject *
symbols_end(PyObject *module, PyObject *args)
{
    Py_buffer in;
    Py_ssize_t pos, count, end = -1;

    if (!PyArg_ParseTuple(args, "y*nn:symbols_end", &in, &pos, &count))
        return NULL;
    if (pos < 0 || count < 0) {
        PyErr_SetString(PyExc_ValueError, "a position or a count is less than 0");
        PyBuffer_Release(&in);
        return NULL;
    }
    if (pos > in.len)
        ;
    else if (in.len - pos <= BRIEF) {
        end = after_nuls(in.buf, (size_t)in.len, (size_t)pos, (size_t)count);
    }
    else {
        Py_BEGIN_ALLOW_THREADS
        end = after_nuls(in.buf, (size_t)in.len, (size_t)pos, (size_t)count);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&in);
    return PyLong_FromSsize_t(end);
}

/* ---- symbols ------------------------------------------------------------------------------------------------ */

/* The hash of a text differs from process to process, and is not told to peers: they choose the texts. */
typedef struct {
    uint64_t a, b;
} Seeds;

typedef struct {
    uint64_t hash;
    size_t start;
    uint32_t length;
    int32_t code; /* -1: free */
} Slot;

typedef struct {
    Slot *slots;
    size_t mask;
    int32_t used;
    const Seeds *seeds;
    size_t *firsts; /* by code: where the text begins; two entries, start and length */
    size_t room;
} Seen;

static inline uint64_t
mixed(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t x = (a ^ (b >> 32)) * 0x9E3779B97F4A7C15ULL;
    x ^= x >> 29;
    x = (x + b) * 0xBF58476D1CE4E5B9ULL;
    return x ^ (x >> 32);
#endif
}

static inline uint64_t
hash_of(const Seeds *seeds, const uint8_t *text, size_t length)
{
    uint64_t hash = seeds->a ^ length;

    for (; length >= 8; text += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, text, 8);
        hash = mixed(hash ^ word, seeds->b);
    }
    uint64_t word = 0;
    for (size_t i = 0; i < length; i++)
        word = word << 8 | text[i];
    return mixed(hash ^ word, seeds->b ^ 0xA0761D6478BD642FULL);
}

static int
grow(Seen *seen)
{
    size_t mask = seen->mask * 2 + 1;
    Slot *slots = PyMem_RawMalloc((mask + 1) * sizeof(Slot));

    if (slots == NULL)
        return -1;
    for (size_t i = 0; i <= mask; i++)
        slots[i].code = -1;
    for (size_t i = 0; i <= seen->mask; i++) {
        if (seen->slots[i].code < 0)
            continue;
        size_t at = (size_t)seen->slots[i].hash & mask;
        while (slots[at].code >= 0)
            at = (at + 1) & mask;
        slots[at] = seen->slots[i];
    }
    PyMem_RawFree(seen->slots);
    seen->slots = slots;
    seen->mask = mask;
    return 0;
}

static int
new_code(Seen *seen, Slot *slot, uint64_t hash, size_t start, size_t length)
{
    if ((size_t)seen->used == seen->room) {
        size_t room = seen->room * 2;
        size_t *firsts = PyMem_RawRealloc(seen->firsts, room * 2 * sizeof(size_t));
        if (firsts == NULL)
            return -1;
        seen->firsts = firsts;
        seen->room = room;
    }
    seen->firsts[2 * seen->used] = start;
    seen->firsts[2 * seen->used + 1] = length;
    slot->hash = hash;
    slot->start = start;
    slot->length = (uint32_t)length;
    slot->code = seen->used++;
    return (size_t)seen->used * 2 > seen->mask ? grow(seen) : 0;
}

enum { SYMBOLS_OK = 0, SYMBOLS_MEMORY = -1, SYMBOLS_WRONG = -2 };

static int
number_symbols(const uint8_t *in, size_t size, int32_t *codes, size_t count, Seen *seen)
{
    size_t pos = 0;

    for (size_t i = 0; i < count; i++) {
        const uint8_t *nul = pos < size ? memchr(in + pos, 0, size - pos) : NULL;
        if (nul == NULL)
            return SYMBOLS_WRONG;
        size_t length = (size_t)(nul - (in + pos));
        if (length > UINT32_MAX || seen->used == INT32_MAX)
            return SYMBOLS_WRONG;
        uint64_t hash = hash_of(seen->seeds, in + pos, length);
        size_t at = (size_t)hash & seen->mask;
        Slot *slot = &seen->slots[at];
        while (slot->code >= 0 && !(slot->hash == hash && slot->length == length &&
                                    memcmp(in + slot->start, in + pos, length) == 0)) {
            at = (at + 1) & seen->mask;
            slot = &seen->slots[at];
        }
        if (slot->code >= 0) {
            codes[i] = slot->code;
        }
        else {
            codes[i] = seen->used;
            if (new_code(seen, slot, hash, pos, length) < 0)
                return SYMBOLS_MEMORY;
        }
        pos += length + 1;
    }
    return pos == size ? SYMBOLS_OK : SYMBOLS_WRONG;
}

#define FIRST_SLOTS 1024

static int
prepare(Seen *seen, const Seeds *seeds)
{
    seen->seeds = seeds;
    seen->mask = FIRST_SLOTS - 1;
    seen->used = 0;
    seen->room = FIRST_SLOTS;
    seen->slots = PyMem_RawMalloc(FIRST_SLOTS * sizeof(Slot));
    seen->firsts = PyMem_RawMalloc(FIRST_SLOTS * 2 * sizeof(size_t));
    if (seen->slots == NULL || seen->firsts == NULL)
        return -1;
    for (size_t i = 0; i < FIRST_SLOTS; i++)
        seen->slots[i].code = -1;
    return 0;
}

static PyObject *
distinct_texts(const char *in, const Seen *seen)
{
    PyObject *texts = PyList_New(seen->used);

    for (Py_ssize_t i = 0; texts != NULL && i < seen->used; i++) {
        const char *text = in + seen->firsts[2 * i];
        PyObject *made = PyUnicode_DecodeUTF8(text, (Py_ssize_t)seen->firsts[2 * i + 1], "surrogateescape");
        if (made == NULL)
            Py_CLEAR(texts);
        else
            PyList_SET_ITEM(texts, i, made);
    }
    return texts;
}

static PyObject *
factorize(PyObject *module, PyObject *args)
{
    Py_buffer in, codes;
    Seen seen;
    PyObject *texts = NULL;
    int status = SYMBOLS_MEMORY;

    if (!PyArg_ParseTuple(args, "y*w*:factorize", &in, &codes))
        return NULL;
    if (prepare(&seen, PyModule_GetState(module)) == 0) {
        Py_BEGIN_ALLOW_THREADS
        status = codes.len % sizeof(int32_t) ? SYMBOLS_WRONG
                                             : number_symbols(in.buf, (size_t)in.len, codes.buf,
                                                              (size_t)codes.len / sizeof(int32_t), &seen);
        Py_END_ALLOW_THREADS
    }
    if (status == SYMBOLS_MEMORY)
        PyErr_NoMemory();
    else if (status == SYMBOLS_WRONG)
        PyErr_SetString(PyExc_ValueError, "the buffer does not hold as many symbols as there are codes");
    else
        texts = distinct_texts(in.buf, &seen);
    PyMem_RawFree(seen.slots);
    PyMem_RawFree(seen.firsts);
    PyBuffer_Release(&in);
    PyBuffer_Release(&codes);
    return texts;
}

/* ---- symbols that are Python's strings ---------------------------------------------------------------------- */

/* The items are exactly `str`, so no hashing or comparing runs Python code: while they are numbered, nothing changes them.
   (Between two of the pieces other threads run; the caller's array is read-only.)
   The hashes are Python's own: seeded, and kept in each string once made. */
typedef struct {
    Py_hash_t hash;
    PyObject *text; /* NULL: free */
    int32_t code;
} Place;

typedef struct {
    Place *places;
    size_t mask;
    PyObject **distinct; /* by code; owned, with room for half as many as there are places */
    int32_t used;
} Known;

static inline Place *
free_place(Place *places, size_t mask, Py_hash_t hash)
{
    size_t at = (size_t)hash & mask;

    while (places[at].text != NULL)
        at = (at + 1) & mask;
    return &places[at];
}

static int
widen(Known *known)
{
    size_t mask = known->mask * 2 + 1;
    PyObject **distinct = PyMem_RawRealloc(known->distinct, (mask + 1) / 2 * sizeof(PyObject *));

    if (distinct == NULL)
        return -1;
    known->distinct = distinct;
    Place *places = PyMem_RawCalloc(mask + 1, sizeof(Place));
    if (places == NULL)
        return -1;
    for (size_t i = 0; i <= known->mask; i++)
        if (known->places[i].text != NULL)
            *free_place(places, mask, known->places[i].hash) = known->places[i];
    PyMem_RawFree(known->places);
    known->places = places;
    known->mask = mask;
    return 0;
}

/* The number of a text, or -1 with an exception. */
static inline int32_t
number_of(Known *known, PyObject *text)
{
    Py_hash_t hash = PyObject_Hash(text);

    if (hash == -1)
        return -1;
    for (size_t at = (size_t)hash & known->mask; known->places[at].text != NULL; at = (at + 1) & known->mask) {
        const Place *place = &known->places[at];
        if (place->text == text || (place->hash == hash && PyUnicode_Compare(place->text, text) == 0))
            return place->code;
    }
    if ((size_t)known->used == (known->mask + 1) / 2 && (known->used > INT32_MAX / 2 || widen(known) < 0)) {
        PyErr_NoMemory();
        return -1;
    }
    *free_place(known->places, known->mask, hash) = (Place){hash, text, known->used};
    known->distinct[known->used] = Py_NewRef(text);
    return known->used++;
}

#define AT_ONCE (1 << 16) /* items: some milliseconds */

static int
number_items(const Py_buffer *items, int32_t *codes, Known *known)
{
    const char *at = items->buf;

    for (Py_ssize_t i = 0; i < items->shape[0]; i++, at += items->strides[0]) {
        if (i % AT_ONCE == AT_ONCE - 1) { /* another thread's turn; the buffers stay, and nobody writes to them */
            Py_BEGIN_ALLOW_THREADS
            Py_END_ALLOW_THREADS
        }
        PyObject *item = *(PyObject *const *)at;
        if (item == NULL || !PyUnicode_CheckExact(item)) {
            PyErr_SetString(PyExc_TypeError, "not every item is exactly a str");
            return -1;
        }
        if ((codes[i] = number_of(known, item)) < 0)
            return -1;
    }
    return 0;
}

/* The distinct texts of an array of `str` objects, in order of first appearance, and for each item its number among them.
   Under the interpreter's lock, but for other threads' turns. */
static PyObject *
factorize_strs(PyObject *module, PyObject *args)
{
    Py_buffer items, codes;
    PyObject *array, *texts = NULL;
    Known known = {NULL, FIRST_SLOTS - 1, NULL, 0};

    if (!PyArg_ParseTuple(args, "Ow*:factorize_strs", &array, &codes))
        return NULL;
    if (PyObject_GetBuffer(array, &items, PyBUF_RECORDS_RO) < 0) {
        PyBuffer_Release(&codes);
        return NULL;
    }
    if (items.ndim != 1 || items.format == NULL || strcmp(items.format, "O") ||
        items.itemsize != (Py_ssize_t)sizeof(PyObject *)) {
        PyErr_SetString(PyExc_TypeError, "the texts are an array of objects");
    }
    else if (codes.len % sizeof(int32_t) || (size_t)codes.len / sizeof(int32_t) != (size_t)items.shape[0]) {
        PyErr_SetString(PyExc_ValueError, "there are as many codes as texts");
    }
    else {
        known.places = PyMem_RawCalloc(FIRST_SLOTS, sizeof(Place));
        known.distinct = PyMem_RawMalloc(FIRST_SLOTS / 2 * sizeof(PyObject *));
        if (known.places == NULL || known.distinct == NULL)
            PyErr_NoMemory();
        else if (number_items(&items, codes.buf, &known) == 0)
            texts = PyList_New(known.used);
    }
    for (int32_t i = 0; i < known.used; i++) {
        if (texts != NULL)
            PyList_SET_ITEM(texts, i, known.distinct[i]);
        else
            Py_DECREF(known.distinct[i]);
    }
    PyMem_RawFree(known.places);
    PyMem_RawFree(known.distinct);
    PyBuffer_Release(&items);
    PyBuffer_Release(&codes);
    return texts;
}

/* ---- texts for Arrow ---------------------------------------------------------------------------------------- */

/* What is told of the texts: some are not ASCII, some are too long to stand in a view. */
enum { TEXTS_OTHER = 1, TEXTS_LONG = 2, TEXTS_WRONG = -1 };

#define INLINE 12
#define HIGH_BITS 0x8080808080808080ULL

/* Bits that are set when one of the bytes is not ASCII. */
static inline uint64_t
high_bits(const uint8_t *text, size_t length)
{
    uint64_t found = 0, word;

    for (; length >= 8; text += 8, length -= 8) {
        memcpy(&word, text, 8);
        found |= word;
    }
    for (; length > 0; text++, length--)
        found |= *text & 0x80;
    return found & HIGH_BITS;
}

/* The texts without their NULs, and where each begins; one more offset than there are texts. */
static int
put_texts(const uint8_t *in, size_t size, uint8_t *out, size_t room, int64_t *offsets, size_t count)
{
    size_t pos = 0, end = 0;

    for (size_t i = 0; i < count; i++) {
        const uint8_t *nul = pos < size ? memchr(in + pos, 0, size - pos) : NULL;
        if (nul == NULL)
            return TEXTS_WRONG;
        size_t length = (size_t)(nul - (in + pos));
        if (length > room - end)
            return TEXTS_WRONG;
        if (length <= 16 && size - pos >= 16 && room - end >= 16)
            memcpy(out + end, in + pos, 16); /* what is too much is written over by the next */
        else
            memcpy(out + end, in + pos, length);
        offsets[i] = (int64_t)end;
        end += length;
        pos += length + 1;
    }
    offsets[count] = (int64_t)end;
    if (pos != size || end != room)
        return TEXTS_WRONG;
    return high_bits(out, room) ? TEXTS_OTHER : 0;
}

static PyObject *
symbol_texts(PyObject *module, PyObject *args)
{
    Py_buffer in, out, offsets;
    int status = TEXTS_WRONG;

    if (!PyArg_ParseTuple(args, "y*w*w*:symbol_texts", &in, &out, &offsets))
        return NULL;
    if (offsets.len >= (Py_ssize_t)sizeof(int64_t) && offsets.len % sizeof(int64_t) == 0) {
        Py_BEGIN_ALLOW_THREADS
        status = put_texts(in.buf, (size_t)in.len, out.buf, (size_t)out.len, offsets.buf,
                           (size_t)offsets.len / sizeof(int64_t) - 1);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&in);
    PyBuffer_Release(&out);
    PyBuffer_Release(&offsets);
    return PyLong_FromLong(status);
}

/* Arrow's view of a text: its length, then the text itself if it is short, else its first 4 bytes, the number of the
   buffer, which is 0, and the place in it. */
typedef struct {
    int32_t length;
    uint8_t rest[INLINE];
} View;

static inline uint64_t
put_view(View *view, const uint8_t *in, size_t size, size_t pos, size_t length)
{
    static const uint8_t keep[2 * INLINE] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    view->length = (int32_t)length;
    if (length > INLINE) {
        int32_t buffer = 0, place = (int32_t)pos;
        memcpy(view->rest, in + pos, 4);
        memcpy(view->rest + 4, &buffer, 4);
        memcpy(view->rest + 8, &place, 4);
        return high_bits(in + pos, length);
    }
    if (size - pos >= INLINE) {
        const uint8_t *mask = keep + INLINE - length;
        uint64_t text, kept;
        uint32_t tail, kept_tail;
        memcpy(&text, in + pos, 8);
        memcpy(&tail, in + pos + 8, 4);
        memcpy(&kept, mask, 8);
        memcpy(&kept_tail, mask + 8, 4);
        text &= kept;
        tail &= kept_tail;
        memcpy(view->rest, &text, 8);
        memcpy(view->rest + 8, &tail, 4);
        return (text | tail) & HIGH_BITS;
    }
    memset(view->rest, 0, INLINE);
    memcpy(view->rest, in + pos, length);
    return high_bits(view->rest, length);
}

static int
view_symbols(const uint8_t *in, size_t size, View *views, size_t count)
{
    size_t pos = 0;
    uint64_t high = 0;
    int status = 0;

    if (size > INT32_MAX)
        return TEXTS_WRONG;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *nul = pos < size ? memchr(in + pos, 0, size - pos) : NULL;
        if (nul == NULL)
            return TEXTS_WRONG;
        size_t length = (size_t)(nul - (in + pos));
        high |= put_view(views + i, in, size, pos, length);
        status |= length > INLINE ? TEXTS_LONG : 0;
        pos += length + 1;
    }
    if (pos != size)
        return TEXTS_WRONG;
    return status | (high ? TEXTS_OTHER : 0);
}

static PyObject *
symbol_views(PyObject *module, PyObject *args)
{
    Py_buffer in, views;
    int status = TEXTS_WRONG;

    if (!PyArg_ParseTuple(args, "y*w*:symbol_views", &in, &views))
        return NULL;
    if (views.len % sizeof(View) == 0) {
        Py_BEGIN_ALLOW_THREADS
        status = view_symbols(in.buf, (size_t)in.len, views.buf, (size_t)views.len / sizeof(View));
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&in);
    PyBuffer_Release(&views);
    return PyLong_FromLong(status);
}

static int
view_strings(const uint8_t *in, size_t size, const int64_t *starts, const int64_t *ends, View *views, size_t count)
{
    uint64_t high = 0;
    int status = 0;

    if (size > INT32_MAX)
        return TEXTS_WRONG;
    for (size_t i = 0; i < count; i++) {
        int64_t start = starts[i], end = ends[i];
        if (start < 0 || end < start || (uint64_t)end > size)
            return TEXTS_WRONG;
        high |= put_view(views + i, in, size, (size_t)start, (size_t)(end - start));
        status |= end - start > INLINE ? TEXTS_LONG : 0;
    }
    return status | (high ? TEXTS_OTHER : 0);
}

static PyObject *
string_views(PyObject *module, PyObject *args)
{
    Py_buffer in, starts, ends, views;
    int status = TEXTS_WRONG;

    if (!PyArg_ParseTuple(args, "y*y*y*w*:string_views", &in, &starts, &ends, &views))
        return NULL;
    size_t count = (size_t)views.len / sizeof(View);
    if (views.len % sizeof(View) == 0 && starts.len == ends.len && (size_t)starts.len == count * sizeof(int64_t)) {
        Py_BEGIN_ALLOW_THREADS
        status = view_strings(in.buf, (size_t)in.len, starts.buf, ends.buf, views.buf, count);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&in);
    PyBuffer_Release(&starts);
    PyBuffer_Release(&ends);
    PyBuffer_Release(&views);
    return PyLong_FromLong(status);
}

/* ---- one question, one answer ------------------------------------------------------------------------------- */

#ifndef _WIN32

#define LONGEST_PIECE 65536

static int
add(PyObject *list, PyObject *item)
{
    int status = item == NULL ? -1 : PyList_Append(list, item);
    Py_XDECREF(item);
    return status;
}

/* Twin of PlainWire.exchange (anyq/sync/_wire.py): send what goes at once and, if that was all, wait for an answer.
   What became of it is appended to `results` before a signal handler gets to run: how much was sent, then what came. */
static PyObject *
send_and_receive(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    char piece[LONGEST_PIECE];
    ssize_t sent, received = -1;
    int failed;

    if (count != 4 || !PyBytes_CheckExact(args[1]) || !PyList_CheckExact(args[3])) {
        PyErr_SetString(PyExc_TypeError, "send_and_receive(fd: int, data: bytes, limit: int, results: list)");
        return NULL;
    }
    int fd = (int)PyLong_AsLong(args[0]);
    Py_ssize_t limit = PyLong_AsSsize_t(args[2]), size = PyBytes_GET_SIZE(args[1]);
    if (PyErr_Occurred())
        return NULL;
    if (limit < 1 || limit > LONGEST_PIECE) {
        PyErr_Format(PyExc_ValueError, "a piece has 1 to %d bytes", LONGEST_PIECE);
        return NULL;
    }

    do
        sent = send(fd, PyBytes_AS_STRING(args[1]), (size_t)size, MSG_DONTWAIT | NO_SIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            Py_RETURN_NONE;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    if (add(args[3], PyLong_FromSsize_t(sent)) < 0)
        return NULL;
    if (sent < size)
        Py_RETURN_NONE;
    do {
        if (PyErr_CheckSignals() < 0)
            return NULL;
        Py_BEGIN_ALLOW_THREADS
        received = recv(fd, piece, (size_t)limit, 0);
        failed = errno;
        Py_END_ALLOW_THREADS
    } while (received < 0 && failed == EINTR);
    if (received < 0) {
        errno = failed;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    if (add(args[3], PyBytes_FromStringAndSize(piece, received)) < 0)
        return NULL;
    Py_RETURN_NONE;
}

#endif

/* ---- small messages ----------------------------------------------------------------------------------------- */

#define HEADER 8

static void
put_count(uint8_t *to, size_t count)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(count >> 8 * i);
}

/* Twin of the quick way in request_body (anyq/client/_bodies.py): the body of a q text in ASCII of less than `limit`
   bytes; else None. */
static PyObject *
text_body(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    if (count != 2 || !PyUnicode_CheckExact(args[0])) {
        PyErr_SetString(PyExc_TypeError, "text_body(text: str, limit: int)");
        return NULL;
    }
    Py_ssize_t limit = PyLong_AsSsize_t(args[1]), size = PyUnicode_GET_LENGTH(args[0]);
    if (limit == -1 && PyErr_Occurred())
        return NULL;
    if (!PyUnicode_IS_ASCII(args[0]) || size >= limit || size > UINT32_MAX)
        Py_RETURN_NONE;
    PyObject *body = PyBytes_FromStringAndSize(NULL, 6 + size);
    if (body == NULL)
        return NULL;
    uint8_t *to = (uint8_t *)PyBytes_AS_STRING(body);
    to[0] = 10;
    to[1] = 0;
    put_count(to + 2, (size_t)size);
    memcpy(to + 6, PyUnicode_DATA(args[0]), (size_t)size);
    return body;
}

/* Twin of request_bytes (anyq/protocol/_connection.py): a body behind the header of a plain sync request. */
static PyObject *
request_bytes(PyObject *module, PyObject *body)
{
    if (!PyBytes_CheckExact(body) || PyBytes_GET_SIZE(body) > INT32_MAX - HEADER) {
        PyErr_SetString(PyExc_TypeError, "request_bytes(body: bytes), of less than 2 GB");
        return NULL;
    }
    size_t size = (size_t)PyBytes_GET_SIZE(body);
    PyObject *message = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size + HEADER);
    if (message == NULL)
        return NULL;
    uint8_t *to = (uint8_t *)PyBytes_AS_STRING(message);
    memcpy(to, "\1\1\0\0", 4);
    put_count(to + 4, size + HEADER);
    memcpy(to + HEADER, PyBytes_AS_STRING(body), size);
    return message;
}

/* Twin of response_body (anyq/protocol/_connection.py): the body of a plain response of at most `limit` bytes, if that
   is all there is in `data`; else None. */
static PyObject *
response_body(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    if (count != 2 || !PyBytes_CheckExact(args[0])) {
        PyErr_SetString(PyExc_TypeError, "response_body(data: bytes, limit: int)");
        return NULL;
    }
    Py_ssize_t limit = PyLong_AsSsize_t(args[1]), size = PyBytes_GET_SIZE(args[0]);
    if (limit == -1 && PyErr_Occurred())
        return NULL;
    const uint8_t *in = (const uint8_t *)PyBytes_AS_STRING(args[0]);
    if (size <= HEADER || size > limit || memcmp(in, "\1\2\0\0", 4) != 0 || count_of(in + 4, 1) != (uint64_t)size)
        Py_RETURN_NONE;
    return PyBytes_FromStringAndSize((const char *)in + HEADER, size - HEADER);
}

/* Twin of _hooked (anyq/portal/_loop.py): whether sys.get_asyncgen_hooks()[0] of this thread is set. */
static PyObject *
has_asyncgen_hook(PyObject *module, PyObject *ignored)
{
#ifdef PYPY_VERSION
    Py_RETURN_TRUE; /* perhaps: the caller looks closer */
#else
    return PyBool_FromLong(PyThreadState_Get()->async_gen_firstiter != NULL);
#endif
}

/* ---- the module --------------------------------------------------------------------------------------------- */

static PyMethodDef methods[] = {
    {"compress", compress, METH_VARARGS, "compress(body, out) -> length of the stream in out, or -1"},
    {"decompress", decompress, METH_VARARGS, "decompress(stream, out) -> 0, or what is wrong"},
#ifndef _WIN32
    {"send_and_receive", (PyCFunction)(void (*)(void))send_and_receive, METH_FASTCALL, "send_and_receive(fd, data, limit, results) -> None"},
#endif
    {"factorize", factorize, METH_VARARGS, "factorize(raw, codes) -> distinct texts"},
    {"factorize_strs", factorize_strs, METH_VARARGS, "factorize_strs(items, codes) -> distinct texts"},
    {"has_asyncgen_hook", has_asyncgen_hook, METH_NOARGS, "has_asyncgen_hook() -> whether this thread may run an event loop"},
    {"join_strings", join_strings, METH_VARARGS, "join_strings(data, starts, ends, out, headed)"},
    {"symbols_end", symbols_end, METH_VARARGS, "symbols_end(buf, pos, count) -> end, or -1"},
    {"request_bytes", request_bytes, METH_O, "request_bytes(body) -> message"},
    {"response_body", (PyCFunction)(void (*)(void))response_body, METH_FASTCALL, "response_body(data, limit) -> body or None"},
    {"symbol_texts", symbol_texts, METH_VARARGS, "symbol_texts(raw, out, offsets) -> 1 if not all ASCII, or -1"},
    {"symbol_views", symbol_views, METH_VARARGS, "symbol_views(raw, views) -> 1 if not all ASCII, plus 2 if some long, or -1"},
    {"string_views", string_views, METH_VARARGS, "string_views(data, starts, ends, views) -> as symbol_views"},
    {"string_bounds", string_bounds, METH_VARARGS, "string_bounds(buf, pos, starts, ends, little_endian) -> end, or -1"},
    {"text_body", (PyCFunction)(void (*)(void))text_body, METH_FASTCALL, "text_body(text, limit) -> body or None"},
    {NULL, NULL, 0, NULL},
};

static int
seed(PyObject *module)
{
    Seeds *seeds = PyModule_GetState(module);
    PyObject *text = PyUnicode_FromString("anyq symbols");
    Py_hash_t hash = text == NULL ? -1 : PyObject_Hash(text);

    Py_XDECREF(text);
    if (hash == -1)
        return -1;
    seeds->a = mixed((uint64_t)hash ^ 0xE7037ED1A0B428DBULL, 0x8EBC6AF09C88C6E3ULL);
    seeds->b = mixed((uint64_t)hash ^ 0x589965CC75374CC3ULL, 0x1D8E4E27C47D124FULL) | 1;
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, seed},
    {Py_mod_exec, add_decoder},
    {Py_mod_exec, add_writer},
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "anyq.speedups._speedups",
    .m_doc = "The compiled hot loops of anyq.",
    .m_size = sizeof(Seeds),
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit__speedups(void)
{
    return PyModuleDef_Init(&definition);
}
