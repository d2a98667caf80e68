/* Messages to values.

   The specification is anyq/codec/_decode.py. This decoder knows the values that nearly all messages are made of, in
   little-endian order: atoms, vectors, lists, dicts and tables. For anything else, and for anything that is wrong, it
   gives None and no error, and the caller asks the Python decoder, which finds the value or says what is wrong. So
   whatever is returned here has passed all checks that the Python decoder makes: the tests compare the two for any bytes.

   A position is compared with the size before what is there is read. `pos <= size` holds throughout. */

#include "_speedups.h"

/* What a Decoder is made of, in the order of the arguments that its maker takes. A class is followed by the descriptors of
   its slots. */
enum {
    ATOM, ATOM_QTYPE, ATOM_RAW,
    VECTOR, VECTOR_QTYPE, VECTOR_DATA, VECTOR_ATTR,
    LIST, LIST_STORAGE, LIST_ATTR, LIST_LATER,
    TABLE, TABLE_NAMES, TABLE_COLUMNS, TABLE_ATTR,
    DICT,       /* function: keys, values, sorted -> Dict */
    KEYED,      /* function: keys, values, sorted -> KeyedTable */
    SYMBOLS,    /* function: count, buffer -> SymbolArray */
    STRINGS,    /* function: buffer, position, count -> (StringArray, end), or None if no such list is there */
    FROMBUFFER, /* numpy.frombuffer */
    IDENTITY,   /* the value :: */
    QTYPES,     /* tuples by number of the type: */
    DTYPES,
    EMPTY,      /* an array without items */
    ATTRS,      /* by number of the attribute */
    GIVEN,
    NAMES = GIVEN, /* made here: names of columns that were seen, by their bytes */
    HELD
};

#define TYPES 20
#define ATTRIBUTES 5
#define CHAR 10
#define SYMBOL 11
#define IS_TABLE 98
#define IS_DICT 99
#define IS_UNARY 101
#define IS_SORTED_DICT 127

#define DEEPEST 64           /* levels of nesting that are read here, by recursion */
#define STRINGS_FROM 8       /* so many char vectors are kept as a StringArray */
#define COPIED 64            /* up to so many symbols are copied, so that they do not keep a large message alive */
#define LAZY_MOST (1 << 20)  /* columns of up to so many bytes are decoded when they are looked at */
#define KNOWN_NAMES 256      /* lists of names that are kept */
#define LONGEST_NAMES 1024   /* bytes of such a list */
#define LISTED_FROM 4096     /* a list of so many items grows as they are read, whatever it claims to have */
#define VALUES_AT_ONCE 65536 /* before other threads get their turn */

/* Bytes of an item, by number of the type; 0: not of fixed width, or no type. */
static const uint8_t widths[TYPES] = {0, 1, 16, 0, 1, 2, 4, 8, 4, 8, 1, 0, 8, 4, 4, 8, 8, 4, 4, 4};

enum { INTEGER, UNSIGNED, FLOAT, GUID, NOTHING };
static const uint8_t kinds[TYPES] = {NOTHING, UNSIGNED, GUID, NOTHING, UNSIGNED, INTEGER, INTEGER, INTEGER, FLOAT, FLOAT,
                                     UNSIGNED, NOTHING, INTEGER, INTEGER, INTEGER, FLOAT, INTEGER, INTEGER, INTEGER,
                                     INTEGER};

typedef struct {
    PyObject_HEAD
    PyObject *held[HELD];
    descrsetfunc set[HELD]; /* of those that are descriptors */
} Decoder;

typedef struct {
    Decoder *decoder;
    PyObject *buffer;
    const uint8_t *in;
    size_t size, pos;
    size_t values;
} Source;

/* A vector that was looked at and not made. */
typedef struct {
    unsigned type, attr;
    size_t count, start;
} Extent;

#define NO_LIST (-1)

static PyObject *read_value(Source *from, unsigned depth, Py_ssize_t *count);

/* ---- objects -------------------------------------------------------------------------------------------------- */

static inline PyObject *
new_object(const Decoder *decoder, int class)
{
    return PyType_GenericAlloc((PyTypeObject *)decoder->held[class], 0);
}

static inline int
put(const Decoder *decoder, PyObject *object, int slot, PyObject *value)
{
    return decoder->set[slot](decoder->held[slot], object, value);
}

/* Values are made of values that were there before, so they are in no cycle: the garbage collector need not look at them
   again and again while many messages are held. Takes anything, NULL too. */
static inline PyObject *
settled(PyObject *value)
{
    if (value != NULL)
        PyObject_GC_UnTrack(value);
    return value;
}

static inline PyObject *
row_of(const Decoder *decoder, int table, size_t number)
{
    return PyTuple_GetItem(decoder->held[table], (Py_ssize_t)number); /* borrowed */
}

/* Takes `raw`. */
static PyObject *
new_atom(const Decoder *decoder, unsigned type, PyObject *raw)
{
    PyObject *atom = raw == NULL ? NULL : new_object(decoder, ATOM);

    if (atom != NULL && (put(decoder, atom, ATOM_QTYPE, row_of(decoder, QTYPES, type)) < 0 ||
                         put(decoder, atom, ATOM_RAW, raw) < 0))
        Py_CLEAR(atom);
    Py_XDECREF(raw);
    return settled(atom);
}

/* Takes `data`. */
static PyObject *
new_vector(const Decoder *decoder, unsigned type, unsigned attr, PyObject *data)
{
    PyObject *vector = data == NULL ? NULL : new_object(decoder, VECTOR);

    if (vector != NULL && (put(decoder, vector, VECTOR_QTYPE, row_of(decoder, QTYPES, type)) < 0 ||
                           put(decoder, vector, VECTOR_DATA, data) < 0 ||
                           put(decoder, vector, VECTOR_ATTR, row_of(decoder, ATTRS, attr)) < 0))
        Py_CLEAR(vector);
    Py_XDECREF(data);
    return settled(vector);
}

/* A list of what `slot` (LIST_STORAGE, or LIST_LATER) is to hold. Takes `content`. */
static PyObject *
new_list(const Decoder *decoder, int slot, unsigned attr, PyObject *content)
{
    PyObject *list = content == NULL ? NULL : new_object(decoder, LIST);

    if (list != NULL && (put(decoder, list, slot, content) < 0 ||
                         put(decoder, list, LIST_ATTR, row_of(decoder, ATTRS, attr)) < 0))
        Py_CLEAR(list);
    Py_XDECREF(content);
    return settled(list);
}

/* Takes `names` and `columns`. */
static PyObject *
new_table(const Decoder *decoder, PyObject *names, PyObject *columns, unsigned attr)
{
    PyObject *table = columns == NULL ? NULL : new_object(decoder, TABLE);

    if (table != NULL && (put(decoder, table, TABLE_NAMES, names) < 0 ||
                          put(decoder, table, TABLE_COLUMNS, columns) < 0 ||
                          put(decoder, table, TABLE_ATTR, row_of(decoder, ATTRS, attr)) < 0))
        Py_CLEAR(table);
    Py_DECREF(names);
    Py_XDECREF(columns);
    return settled(table);
}

/* ---- atoms ---------------------------------------------------------------------------------------------------- */

static PyObject *
raw_number(unsigned type, const uint8_t *in)
{
    unsigned width = widths[type];
    uint64_t bits = 0;

    for (unsigned i = 0; i < width; i++)
        bits |= (uint64_t)in[i] << 8 * i;
    if (kinds[type] == UNSIGNED)
        return type == 1 && bits > 1 ? NULL : PyLong_FromLong((long)bits);
    if (kinds[type] == FLOAT && width == 4) {
        uint32_t half = (uint32_t)bits;
        float number;
        memcpy(&number, &half, sizeof number);
        return number != number ? NULL : PyFloat_FromDouble(number); /* NaN: see anyq/codec/_nan.py */
    }
    if (kinds[type] == FLOAT) {
        double number;
        memcpy(&number, &bits, sizeof number);
        return PyFloat_FromDouble(number);
    }
    switch (width) {
    case 2: return PyLong_FromLong((int16_t)bits);
    case 4: return PyLong_FromLong((int32_t)bits);
    default: return PyLong_FromLongLong((int64_t)bits);
    }
}

/* The text of a symbol atom, behind its type. */
static PyObject *
read_symbol(Source *from)
{
    const uint8_t *at = from->in + from->pos;
    size_t left = from->size - from->pos;
    const uint8_t *nul = left ? memchr(at, 0, left) : NULL;

    if (nul == NULL)
        return NULL;
    from->pos += (size_t)(nul - at) + 1;
    return PyUnicode_DecodeUTF8((const char *)at, nul - at, "surrogateescape");
}

static PyObject *
read_atom(Source *from, unsigned type)
{
    const uint8_t *at = from->in + from->pos;
    size_t left = from->size - from->pos;
    PyObject *raw;

    if (type == SYMBOL) {
        raw = read_symbol(from);
    }
    else {
        size_t width = type < TYPES ? widths[type] : 0;
        if (width == 0 || left < width)
            return NULL;
        raw = kinds[type] == GUID ? PyBytes_FromStringAndSize((const char *)at, 16) : raw_number(type, at);
        from->pos += width;
    }
    return new_atom(from->decoder, type, raw);
}

/* ---- vectors -------------------------------------------------------------------------------------------------- */

/* Attribute and count; false if they are not there, or not plain. */
static int
read_head(Source *from, unsigned *attr, size_t *count)
{
    const uint8_t *at = from->in + from->pos;

    if (from->size - from->pos < 5 || at[0] >= ATTRIBUTES)
        return 0;
    *attr = at[0];
    *count = (size_t)count_of(at + 1, 1);
    from->pos += 5;
    return 1;
}

static int
all_booleans(const uint8_t *in, size_t count)
{
    uint8_t seen = 0;

    for (size_t i = 0; i < count; i++)
        seen |= in[i];
    return seen <= 1;
}

/* Find out where the vector of `type`, whose attribute is next, begins and ends, and go there. False if it is none. */
static int
skip_vector(Source *from, unsigned type, Extent *found)
{
    int fine = 1;

    if (type >= TYPES || (widths[type] == 0 && type != SYMBOL) || !read_head(from, &found->attr, &found->count))
        return 0;
    size_t count = found->count, left = from->size - from->pos, start = from->pos;
    found->type = type;
    found->start = start;
    if (type == SYMBOL) {
        Py_ssize_t end;
        if (count > left)
            return 0;
        if (left <= BRIEF || count <= COPIED) {
            end = after_nuls(from->in, from->size, start, count);
        }
        else {
            Py_BEGIN_ALLOW_THREADS
            end = after_nuls(from->in, from->size, start, count);
            Py_END_ALLOW_THREADS
        }
        if (end < 0)
            return 0;
        from->pos = (size_t)end;
        return 1;
    }
    if (count > left / widths[type])
        return 0;
    if (type == 1 && count <= BRIEF) {
        fine = all_booleans(from->in + start, count);
    }
    else if (type == 1) {
        Py_BEGIN_ALLOW_THREADS
        fine = all_booleans(from->in + start, count);
        Py_END_ALLOW_THREADS
    }
    from->pos += count * widths[type];
    return fine;
}

static PyObject *
symbol_data(Source *from, const Extent *found)
{
    Py_ssize_t start = (Py_ssize_t)found->start, size = (Py_ssize_t)from->pos - start;
    PyObject *raw;

    if (found->count <= COPIED) {
        raw = PyBytes_FromStringAndSize((const char *)from->in + start, size);
    }
    else {
        PyObject *view = PyMemoryView_FromObject(from->buffer);
        raw = view == NULL ? NULL : PySequence_GetSlice(view, start, start + size);
        Py_XDECREF(view);
    }
    PyObject *data = raw == NULL ? NULL
                                 : PyObject_CallFunction(from->decoder->held[SYMBOLS], "nO", (Py_ssize_t)found->count, raw);
    Py_XDECREF(raw);
    return data;
}

static PyObject *
fixed_data(Source *from, const Extent *found)
{
    const Decoder *decoder = from->decoder;

    if (found->count == 0)
        return Py_NewRef(row_of(decoder, EMPTY, found->type));
    PyObject *count = PyLong_FromSize_t(found->count), *start = PyLong_FromSize_t(found->start), *data = NULL;
    if (count != NULL && start != NULL) {
        PyObject *arguments[] = {from->buffer, row_of(decoder, DTYPES, found->type), count, start};
        data = PyObject_Vectorcall(decoder->held[FROMBUFFER], arguments, 4, NULL);
    }
    Py_XDECREF(count);
    Py_XDECREF(start);
    return data;
}

static PyObject *
read_vector(Source *from, unsigned type, Py_ssize_t *count)
{
    Extent found;

    if (!skip_vector(from, type, &found))
        return NULL;
    *count = (Py_ssize_t)found.count;
    PyObject *data = type == SYMBOL ? symbol_data(from, &found) : fixed_data(from, &found);
    return new_vector(from->decoder, type, found.attr, data);
}

/* ---- lists ---------------------------------------------------------------------------------------------------- */

/* The storage of a list of char vectors, if the list is one. NULL without an error if it is not. */
static PyObject *
read_strings(Source *from, size_t count)
{
    PyObject *found = PyObject_CallFunction(from->decoder->held[STRINGS], "Onn", from->buffer, (Py_ssize_t)from->pos,
                                            (Py_ssize_t)count), *storage = NULL;

    if (found != NULL && PyTuple_Check(found) && PyTuple_Size(found) == 2) {
        Py_ssize_t end = PyLong_AsSsize_t(PyTuple_GetItem(found, 1));
        if (end >= (Py_ssize_t)from->pos && (size_t)end <= from->size) {
            from->pos = (size_t)end;
            storage = Py_NewRef(PyTuple_GetItem(found, 0));
        }
    }
    Py_XDECREF(found);
    return storage;
}

/* A tuple of the next `count` values. If `rows` is given, all of them are lists of one count, which it tells. */
static PyObject *
read_items(Source *from, size_t count, unsigned depth, Py_ssize_t *rows)
{
    int grows = count >= LISTED_FROM;
    PyObject *items = grows ? PyList_New(0) : PyTuple_New((Py_ssize_t)count);

    for (size_t i = 0; items != NULL && i < count; i++) {
        Py_ssize_t length;
        PyObject *item = read_value(from, depth, &length);
        if (item != NULL && rows != NULL && (length == NO_LIST || (i > 0 && length != *rows)))
            Py_CLEAR(item);
        int failed = item == NULL ? -1 : grows ? PyList_Append(items, item) : PyTuple_SetItem(items, (Py_ssize_t)i, item);
        if (grows)
            Py_XDECREF(item);
        if (failed)
            Py_CLEAR(items);
        else if (rows != NULL)
            *rows = length;
    }
    if (items != NULL && grows) {
        PyObject *tuple = PyList_AsTuple(items);
        Py_DECREF(items);
        items = tuple;
    }
    return settled(items);
}

/* What a list of `count` items holds, whose first is next: a tuple or a StringArray. */
static PyObject *
read_storage(Source *from, size_t count, unsigned depth)
{
    if (count > (from->size - from->pos) / 2)
        return NULL;
    if (count >= STRINGS_FROM && from->in[from->pos] == CHAR) {
        PyObject *storage = read_strings(from, count);
        if (storage != NULL || PyErr_Occurred())
            return storage;
    }
    return read_items(from, count, depth, NULL);
}

static PyObject *
read_list(Source *from, unsigned depth, Py_ssize_t *count)
{
    unsigned attr;
    size_t length;

    if (!read_head(from, &attr, &length))
        return NULL;
    *count = (Py_ssize_t)length;
    return new_list(from->decoder, LIST_STORAGE, attr, read_storage(from, length, depth));
}

/* ---- dicts and tables ----------------------------------------------------------------------------------------- */

static PyObject *
read_dict(Source *from, int sorted, unsigned depth, Py_ssize_t *count)
{
    const Decoder *decoder = from->decoder;
    Py_ssize_t other;
    PyObject *dict = NULL, *keys = read_value(from, depth, count);
    PyObject *values = keys == NULL ? NULL : read_value(from, depth, &other);

    if (values != NULL && *count != NO_LIST && *count == other) {
        PyTypeObject *table = (PyTypeObject *)decoder->held[TABLE];
        int keyed = Py_TYPE(keys) == table && Py_TYPE(values) == table;
        PyObject *arguments[] = {keys, values, sorted ? Py_True : Py_False};
        dict = PyObject_Vectorcall(decoder->held[keyed ? KEYED : DICT], arguments, 3, NULL);
    }
    Py_XDECREF(keys);
    Py_XDECREF(values);
    return dict;
}

/* The names of a table's columns: the messages of a feed have the same ones again and again. */
static PyObject *
read_names(Source *from, size_t *count)
{
    PyObject *known = from->decoder->held[NAMES], *names = NULL;
    size_t before = from->pos;
    Extent found;

    if (!skip_vector(from, SYMBOL, &found))
        return NULL;
    *count = found.count;
    if (found.count > COPIED || from->pos - before > LONGEST_NAMES)
        return new_vector(from->decoder, SYMBOL, found.attr, symbol_data(from, &found));
    PyObject *key = PyBytes_FromStringAndSize((const char *)from->in + before, (Py_ssize_t)(from->pos - before));
    if (key == NULL)
        return NULL;
#if PY_VERSION_HEX >= 0x030D0000 && (!defined(Py_LIMITED_API) || Py_LIMITED_API >= 0x030D0000)
    PyDict_GetItemRef(known, key, &names);
#else
    names = Py_XNewRef(PyDict_GetItemWithError(known, key));
#endif
    if (names == NULL && !PyErr_Occurred()) {
        names = new_vector(from->decoder, SYMBOL, found.attr, symbol_data(from, &found));
        if (PyDict_Size(known) >= KNOWN_NAMES)
            PyDict_Clear(known);
        if (names != NULL && PyDict_SetItem(known, key, names) < 0)
            Py_CLEAR(names);
    }
    Py_DECREF(key);
    return names;
}

/* Columns that are plain vectors, to be decoded when one is looked at; false if they are something else. */
static int
skip_columns(Source *from, size_t count, Py_ssize_t *rows)
{
    size_t start = from->pos;

    for (size_t i = 0; i < count; i++) {
        Extent found;
        if (from->pos == from->size)
            return 0;
        unsigned type = from->in[from->pos++];
        if (!skip_vector(from, type, &found) || (i > 0 && found.count != (size_t)*rows))
            return 0;
        *rows = (Py_ssize_t)found.count;
    }
    return count > 0 && from->pos - start <= LAZY_MOST;
}

static PyObject *
read_columns(Source *from, size_t count, unsigned depth, Py_ssize_t *rows)
{
    unsigned attr;
    size_t columns;

    if (from->pos == from->size || from->in[from->pos++] != 0 || !read_head(from, &attr, &columns) || columns != count ||
        count > (from->size - from->pos) / 2)
        return NULL;
    size_t start = from->pos;
    if (skip_columns(from, count, rows)) {
        PyObject *later = Py_BuildValue("OOnn", (PyObject *)from->decoder, from->buffer, (Py_ssize_t)start,
                                        (Py_ssize_t)count);
        return new_list(from->decoder, LIST_LATER, attr, settled(later));
    }
    from->pos = start;
    *rows = 0;
    if (count >= STRINGS_FROM && from->in[from->pos] == CHAR)
        return NULL; /* perhaps held as strings */
    return new_list(from->decoder, LIST_STORAGE, attr, read_items(from, count, depth, rows));
}

static PyObject *
read_table(Source *from, unsigned depth, Py_ssize_t *rows)
{
    const uint8_t *at = from->in + from->pos;
    size_t count;

    if (from->size - from->pos < 3 || at[0] >= ATTRIBUTES || at[1] != IS_DICT || at[2] != SYMBOL || depth + 1 >= DEEPEST)
        return NULL;
    from->pos += 3;
    PyObject *names = read_names(from, &count);
    if (names == NULL)
        return NULL;
    return new_table(from->decoder, names, read_columns(from, count, depth + 1, rows), at[0]);
}

/* ---- values --------------------------------------------------------------------------------------------------- */

/* The next value, and its count as a list (NO_LIST: it is none). NULL without an error if it is not for us. */
static PyObject *
read_value(Source *from, unsigned depth, Py_ssize_t *count)
{
    *count = NO_LIST;
    if (from->pos == from->size)
        return NULL;
    unsigned type = from->in[from->pos++];
    if (++from->values % VALUES_AT_ONCE == 0) {
        Py_BEGIN_ALLOW_THREADS
        Py_END_ALLOW_THREADS
    }
    if (type > 256 - TYPES)
        return read_atom(from, 256 - type);
    if (type > 0 && type < TYPES)
        return read_vector(from, type, count);
    if (type == IS_UNARY) {
        if (from->pos == from->size || from->in[from->pos++] != 0)
            return NULL;
        return Py_NewRef(from->decoder->held[IDENTITY]);
    }
    if (depth >= DEEPEST)
        return NULL;
    switch (type) {
    case 0: return read_list(from, depth + 1, count);
    case IS_TABLE: return read_table(from, depth + 1, count);
    case IS_DICT:
    case IS_SORTED_DICT: return read_dict(from, type == IS_SORTED_DICT, depth + 1, count);
    default: return NULL;
    }
}

/* What a function returns that was to find `value`: None in place of NULL without an error. */
static PyObject *
or_none(PyObject *value)
{
    return value != NULL || PyErr_Occurred() ? value : Py_NewRef(Py_None);
}

/* A decoder, a buffer and a position in it are the first arguments of a method. */
static int
open_source(Source *from, PyObject *self, PyObject *buffer, Py_ssize_t pos, Py_buffer *view)
{
    if (PyObject_GetBuffer(buffer, view, PyBUF_SIMPLE) < 0)
        return -1;
    if (pos < 0 || pos > view->len) {
        PyErr_SetString(PyExc_ValueError, "a position outside of the buffer");
        PyBuffer_Release(view);
        return -1;
    }
    *from = (Source){(Decoder *)self, buffer, view->buf, (size_t)view->len, (size_t)pos, 0};
    return 0;
}

PyDoc_STRVAR(decode_doc, "decode(body, /)\n--\n\nThe value that a little-endian body holds, or None if it is not for us.");

static PyObject *
decoder_decode(PyObject *self, PyObject *body)
{
    Py_buffer view;
    Source from;
    Py_ssize_t count;

    if (open_source(&from, self, body, 0, &view) < 0)
        return NULL;
    PyObject *value = read_value(&from, 0, &count);
    if (from.pos != from.size)
        Py_CLEAR(value);
    PyBuffer_Release(&view);
    return or_none(value);
}

PyDoc_STRVAR(update_doc, "update(body, /)\n--\n\n"
                         "Of a body that is a list of two symbols and a value: texts and value. None for others.");

static PyObject *
decoder_update(PyObject *self, PyObject *body)
{
    static const uint8_t begin[] = {0, 0, 3, 0, 0, 0, 256 - SYMBOL};
    Py_buffer view;
    Source from;
    Py_ssize_t count;
    PyObject *found = NULL;

    if (open_source(&from, self, body, 0, &view) < 0)
        return NULL;
    if (from.size > sizeof begin && memcmp(from.in, begin, sizeof begin) == 0) {
        from.pos = sizeof begin;
        PyObject *name = read_symbol(&from), *table = NULL, *value = NULL;
        if (name != NULL && from.pos < from.size && from.in[from.pos] == 256 - SYMBOL) {
            from.pos++;
            table = read_symbol(&from);
        }
        if (table != NULL)
            value = read_value(&from, 1, &count);
        if (value != NULL && from.pos == from.size)
            found = PyTuple_Pack(3, name, table, value);
        Py_XDECREF(name);
        Py_XDECREF(table);
        Py_XDECREF(value);
    }
    PyBuffer_Release(&view);
    return or_none(found);
}

PyDoc_STRVAR(number_doc, "number(body, /)\n--\n\nThe atom of a number or time that a little-endian body holds, or None.");

static PyObject *
decoder_number(PyObject *self, PyObject *body)
{
    char *in;
    Py_ssize_t size;

    if (PyBytes_AsStringAndSize(body, &in, &size) < 0)
        return NULL;
    unsigned type = size ? 256 - (uint8_t)in[0] : 0;
    if (type >= TYPES || widths[type] == 0 || kinds[type] == GUID || size != 1 + widths[type])
        Py_RETURN_NONE;
    return or_none(new_atom((Decoder *)self, type, raw_number(type, (const uint8_t *)in + 1)));
}

PyDoc_STRVAR(storage_doc, "storage(buffer, pos, count, /)\n--\n\nWhat a list that was left for later holds.");

static PyObject *
decoder_storage(PyObject *self, PyObject *args)
{
    PyObject *buffer;
    Py_ssize_t pos, count;
    Py_buffer view;
    Source from;

    if (!PyArg_ParseTuple(args, "Onn:storage", &buffer, &pos, &count) || open_source(&from, self, buffer, pos, &view) < 0)
        return NULL;
    PyObject *storage = count < 0 ? NULL : read_storage(&from, (size_t)count, 1);
    PyBuffer_Release(&view);
    if (storage == NULL && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "no list is there");
    return storage;
}

/* ---- the type ------------------------------------------------------------------------------------------------- */

static int
decoder_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    for (int i = 0; i < HELD; i++)
        Py_VISIT(((Decoder *)self)->held[i]);
    return 0;
}

static int
decoder_clear(PyObject *self)
{
    for (int i = 0; i < HELD; i++)
        Py_CLEAR(((Decoder *)self)->held[i]);
    return 0;
}

static void
decoder_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    decoder_clear(self);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static int
is_fine(int number, PyObject *given, descrsetfunc *set)
{
    switch (number) {
    case ATOM: case VECTOR: case LIST: case TABLE:
        return PyType_Check(given);
    case QTYPES: case DTYPES: case EMPTY:
        return PyTuple_Check(given) && PyTuple_Size(given) == TYPES;
    case ATTRS:
        return PyTuple_Check(given) && PyTuple_Size(given) == ATTRIBUTES;
    case DICT: case KEYED: case SYMBOLS: case STRINGS: case FROMBUFFER:
        return PyCallable_Check(given);
    case IDENTITY:
        return 1;
    default: /* a slot */
        *set = Py_TYPE(given) == &PyMemberDescr_Type ? (descrsetfunc)PyType_GetSlot(Py_TYPE(given), Py_tp_descr_set) : NULL;
        return *set != NULL;
    }
}

static PyObject *
decoder_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    if (PyTuple_Size(args) != GIVEN || keywords != NULL) {
        PyErr_Format(PyExc_TypeError, "Decoder takes %d arguments", GIVEN);
        return NULL;
    }
    Decoder *self = (Decoder *)PyType_GenericAlloc(type, 0);
    for (int i = 0; self != NULL && i < GIVEN; i++) {
        PyObject *given = PyTuple_GetItem(args, i);
        self->held[i] = Py_NewRef(given);
        if (!is_fine(i, given, &self->set[i])) {
            PyErr_Format(PyExc_TypeError, "argument %d of Decoder is a %R", i, (PyObject *)Py_TYPE(given));
            Py_CLEAR(self);
        }
    }
    if (self != NULL && (self->held[NAMES] = PyDict_New()) == NULL)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static PyMethodDef decoder_methods[] = {
    {"decode", decoder_decode, METH_O, decode_doc},
    {"number", decoder_number, METH_O, number_doc},
    {"storage", decoder_storage, METH_VARARGS, storage_doc},
    {"update", decoder_update, METH_O, update_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot decoder_slots[] = {
    {Py_tp_new, decoder_new},
    {Py_tp_dealloc, decoder_dealloc},
    {Py_tp_traverse, decoder_traverse},
    {Py_tp_clear, decoder_clear},
    {Py_tp_methods, decoder_methods},
    {0, NULL},
};

static PyType_Spec decoder_spec = {
    .name = "anyq.speedups._speedups.Decoder",
    .basicsize = sizeof(Decoder),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = decoder_slots,
};

/* ---- frames --------------------------------------------------------------------------------------------------- */

#define HEADER 8

PyDoc_STRVAR(frames_doc, "frames(buffer, start, end, limit, most, /)\n--\n\n"
                         "The bodies of the plain little-endian async messages at the front of buffer[start:end], `most` at\n"
                         "most, as far as each is whole and of at most `limit` bytes, and the position behind them.");

static PyObject *
frames(PyObject *module, PyObject *args)
{
    Py_buffer view;
    Py_ssize_t start, end, limit, most;

    if (!PyArg_ParseTuple(args, "y*nnnn:frames", &view, &start, &end, &limit, &most))
        return NULL;
    PyObject *bodies = NULL;
    if (start < 0 || end < start || end > view.len)
        PyErr_SetString(PyExc_ValueError, "start and end are positions in the buffer");
    else
        bodies = PyList_New(0);
    while (bodies != NULL && most-- > 0 && end - start > HEADER) {
        const uint8_t *at = (const uint8_t *)view.buf + start;
        uint64_t size = count_of(at + 4, 1);
        if (memcmp(at, "\1\0\0\0", 4) != 0 || size <= HEADER || size > (uint64_t)limit || size > (uint64_t)(end - start))
            break;
        PyObject *body = PyBytes_FromStringAndSize((const char *)at + HEADER, (Py_ssize_t)size - HEADER);
        if (body == NULL || PyList_Append(bodies, body) < 0)
            Py_CLEAR(bodies);
        Py_XDECREF(body);
        start += (Py_ssize_t)size;
    }
    PyBuffer_Release(&view);
    return bodies == NULL ? NULL : Py_BuildValue("Nn", bodies, start);
}

static PyMethodDef functions[] = {
    {"frames", frames, METH_VARARGS, frames_doc},
    {NULL, NULL, 0, NULL},
};

int
add_decoder(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &decoder_spec, NULL);
    int status = type == NULL ? -1 : PyModule_AddType(module, (PyTypeObject *)type);

    Py_XDECREF(type);
    return status < 0 ? -1 : PyModule_AddFunctions(module, functions);
}
