/* Columns to texts, and texts to rows.

   The specification is anyq/console/_atoms.py for the texts of items, and anyq/console/_columns.py for the rest. */

#include "_speedups.h"

/* ---- a growing buffer ------------------------------------------------------------------------------------------ */

typedef struct {
    char *data;
    size_t size, room;
} Out;

/* Room for `more` bytes behind those that are there; NULL without memory. */
static inline char *
reserve(Out *out, size_t more)
{
    if (out->data == NULL || out->room - out->size < more) {
        size_t room = out->room + out->room / 2 + more + 256;
        char *data = PyMem_RawRealloc(out->data, room);
        if (data == NULL)
            return NULL;
        out->data = data;
        out->room = room;
    }
    return out->data + out->size;
}

static inline char *
put_text(char *to, const Py_buffer *text)
{
    memcpy(to, text->buf, (size_t)text->len);
    return to + text->len;
}

/* (data, offsets) as bytes; the buffer is given up. */
static PyObject *
finished(Out *out, PyObject *offsets, int failed)
{
    PyObject *result = NULL;

    if (failed && !PyErr_Occurred())
        PyErr_NoMemory();
    if (!failed && offsets != NULL)
        result = Py_BuildValue("y#O", out->data == NULL ? "" : out->data, (Py_ssize_t)out->size, offsets);
    PyMem_RawFree(out->data);
    Py_XDECREF(offsets);
    return result;
}

/* Bytes for `count` + 1 offsets, the first of which is 0. */
static PyObject *
new_offsets(size_t count, int64_t **places)
{
    PyObject *offsets = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)((count + 1) * sizeof(int64_t)));

    if (offsets != NULL) {
        *places = (int64_t *)PyBytes_AsString(offsets);
        (*places)[0] = 0;
    }
    return offsets;
}

/* ---- integers and times ---------------------------------------------------------------------------------------- */

/* The digits of a number, at least `width` of them. */
static char *
put_digits(char *to, uint64_t number, int width)
{
    char digits[20];
    int count = 0;

    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    for (; width > count; width--)
        *to++ = '0';
    while (count > 0)
        *to++ = digits[--count];
    return to;
}

static char *
put_signed(char *to, int64_t number)
{
    if (number >= 0)
        return put_digits(to, (uint64_t)number, 1);
    *to++ = '-';
    return put_digits(to, 0 - (uint64_t)number, 1);
}

#define DAY 86400000000000LL
#define ERA 146097
#define FIRST_DAY (-730119)
#define LAST_DAY 2921939

typedef struct {
    char between, before_time; /* in a date, and between it and a time */
} Marks;

/* As date_text. */
static char *
put_date(char *to, int64_t days, Marks marks)
{
    int64_t year = 0, month = 0, number = 0;

    if (days >= FIRST_DAY && days <= LAST_DAY) {
        int64_t since = days + 730425, era = since / ERA, day = since % ERA;
        year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
        int64_t rest = day - (365 * year + year / 4 - year / 100);
        month = (5 * rest + 2) / 153;
        number = rest - (153 * month + 2) / 5 + 1;
        month = month < 10 ? month + 3 : month - 9;
        year += 400 * era + (month <= 2);
    }
    to = put_digits(to, (uint64_t)year, 4);
    *to++ = marks.between;
    to = put_digits(to, (uint64_t)month, 2);
    *to++ = marks.between;
    return put_digits(to, (uint64_t)number, 2);
}

/* A count of seconds (or of minutes, without `seconds`) as a clock shows it. */
static char *
put_clock(char *to, uint64_t count, int seconds)
{
    uint64_t minutes = seconds ? count / 60 : count;

    to = put_digits(to, minutes / 60, 2);
    *to++ = ':';
    to = put_digits(to, minutes % 60, 2);
    if (seconds) {
        *to++ = ':';
        to = put_digits(to, count % 60, 2);
    }
    return to;
}

static char *
put_fraction(char *to, uint64_t part, int width)
{
    *to++ = '.';
    return put_digits(to, part, width);
}

enum { SHORT = 5, INT, LONG, REAL, FLOAT, TIMESTAMP = 12, MONTH, DATE, TIMESPAN = 16, MINUTE, SECOND, TIME };

/* The text of a number or time that is neither null nor infinite. */
static char *
put_integer(char *to, int type, int64_t raw, Marks marks)
{
    uint64_t size = raw < 0 ? 0 - (uint64_t)raw : (uint64_t)raw;
    int64_t days;

    switch (type) {
    case TIMESTAMP:
        days = raw / DAY - (raw % DAY < 0);
        size = (uint64_t)(raw % DAY < 0 ? raw % DAY + DAY : raw % DAY);
        to = put_date(to, days, marks);
        *to++ = marks.before_time;
        return put_fraction(put_clock(to, size / 1000000000, 1), size % 1000000000, 9);
    case DATE:
        return put_date(to, raw, marks);
    case MONTH: {
        int64_t year = 2000 + raw / 12 - (raw % 12 < 0);
        if (year < 0)
            *to++ = '-';
        to = put_digits(to, (uint64_t)(year < 0 ? -year : year), year < 0 ? 3 : 4);
        *to++ = marks.between;
        return put_digits(to, (uint64_t)((raw % 12 + 12) % 12 + 1), 2);
    }
    case SHORT: case INT: case LONG:
        return put_signed(to, raw);
    default:
        break;
    }
    if (raw < 0)
        *to++ = '-';
    switch (type) {
    case TIMESPAN:
        to = put_digits(to, size / DAY, 1);
        *to++ = 'D';
        size %= DAY;
        return put_fraction(put_clock(to, size / 1000000000, 1), size % 1000000000, 9);
    case MINUTE: return put_clock(to, size, 0);
    case SECOND: return put_clock(to, size, 1);
    default: return put_fraction(put_clock(to, size / 1000, 1), size % 1000, 3);
    }
}

/* ---- floats ---------------------------------------------------------------------------------------------------- */

#define LONGEST_FLOAT 32

#ifdef __SIZEOF_INT128__
typedef unsigned __int128 Wide;

#define TENS 17
static const uint64_t tens[TENS + 1] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
    10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000,
    100000000000000000};

#define FIVES 27 /* the highest power of 5 in 64 bits */

/* `number` is above 0 and has `exponent` as its decimal exponent. Its first `digits` decimal digits (17 at most), rounded
   to the nearest as exact arithmetic does, half to even; 0 where 128 bits are not enough. `error` is by how much the
   digits are off, and `unit` half the distance to the next double, in the same unit. */
static uint64_t
exact_digits(double number, int exponent, int digits, Wide *error, Wide *unit)
{
    int power, up = digits - 1 - exponent; /* number * 10**up is what is to be rounded */
    uint64_t bits, mantissa;

    memcpy(&bits, &number, sizeof bits);
    power = (int)(bits >> 52);
    if (power == 0 || up < 0 || up > FIVES)
        return 0;
    mantissa = (bits & ((1ULL << 52) - 1)) | 1ULL << 52;
    power += up - 1075; /* number * 10**up == mantissa * 5**up * 2**power */
    uint64_t five = 1;
    for (int i = 0; i < up; i++)
        five *= 5;
    Wide exact = (Wide)mantissa * five;
    if (power >= 0) {
        if (power > 10 || exact >> (127 - 10))
            return 0;
        exact <<= power;
        if (exact >> 63)
            return 0;
        *error = 0;
        *unit = five;
        return (uint64_t)exact;
    }
    if (power < -120)
        return 0;
    Wide whole = exact >> -power, rest = exact - (whole << -power), half = (Wide)1 << (-power - 1);
    int above = rest > half || (rest == half && (whole & 1));
    *error = 2 * (above ? 2 * half - rest : rest);
    *unit = five;
    return whole >> 63 ? 0 : (uint64_t)whole + (uint64_t)above;
}

/* floor(log10(number)) of a number from 1e-4 to 1e17: the doubles nearest to negative powers of 10 are not below them. */
static int
decimal_exponent(double number)
{
    int exponent = 0;

    if (number < 1)
        return number >= 1e-1 ? -1 : number >= 1e-2 ? -2 : number >= 1e-3 ? -3 : -4;
    while (exponent < TENS - 1 && number >= (double)tens[exponent + 1])
        exponent++;
    return exponent;
}

/* The digits of a number, without zeros at the end, with a point where it belongs. `point` is its decimal exponent. */
static char *
place_point(char *to, uint64_t number, int count, int point, int keep_point)
{
    char digits[24];
    int last = count;

    put_digits(digits, number, count);
    while (last > 1 && last > point + 1 && digits[last - 1] == '0')
        last--;
    if (point < 0) {
        *to++ = '0';
        *to++ = '.';
        for (int i = -1; i > point; i--)
            *to++ = '0';
        memcpy(to, digits, (size_t)last);
        return to + last;
    }
    memcpy(to, digits, (size_t)point + 1);
    to += point + 1;
    if (last > point + 1) {
        *to++ = '.';
        memcpy(to, digits + point + 1, (size_t)(last - point - 1));
        return to + last - point - 1;
    }
    if (keep_point) {
        *to++ = '.';
        *to++ = '0';
    }
    return to;
}

/* As "%.*g" does, or without `digits` as Python's repr, for numbers that need no exponent; NULL for others. */
static char *
put_quickly(char *to, double number, int digits)
{
    double size = number < 0 ? -number : number;
    int shortest = digits == 0, count = shortest ? 15 : digits;
    uint64_t bits;

    memcpy(&bits, &number, sizeof bits);
    if (size == 0) {
        if (bits)
            *to++ = '-';
        memcpy(to, "0.0", 3);
        return to + (shortest ? 3 : 1);
    }
    if (!(size >= 1e-4 && size < 1e15) || count > 17)
        return NULL;
    int exponent = decimal_exponent(size);
    Wide error, unit;
    uint64_t found;
    for (;; count++) {
        found = exact_digits(size, exponent, count, &error, &unit);
        if (found < tens[count - 1] || found > tens[count])
            return NULL;
        if (!shortest || count == 17 || error < unit || (error == unit && !(bits & 1)))
            break;
    }
    if (found == tens[count]) { /* rounding carried */
        found = tens[count - 1];
        exponent++;
    }
    if (!shortest && exponent >= digits)
        return NULL;
    if (shortest && error != 0 && (bits & ((1ULL << 52) - 1)) == 0)
        return NULL; /* a power of 2: the double below is nearer than the one above */
    if (number < 0)
        *to++ = '-';
    return place_point(to, found, count, exponent, shortest);
}
#else
static char *
put_quickly(char *to, double number, int digits)
{
    return NULL;
}
#endif

/* NULL with an error without memory. */
static char *
put_float(char *to, double number, int digits)
{
    char *end = put_quickly(to, number, digits);

    if (end != NULL)
        return end;
    char *text = digits ? PyOS_double_to_string(number, 'g', digits, 0, NULL)
                        : PyOS_double_to_string(number, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
    if (text == NULL)
        return NULL;
    size_t size = strlen(text);
    memcpy(to, text, size < LONGEST_FLOAT ? size : LONGEST_FLOAT);
    PyMem_Free(text);
    return to + size;
}

/* ---- columns --------------------------------------------------------------------------------------------------- */

#define LONGEST_ITEM 64 /* bytes of an item's text, at most */

typedef struct {
    int type, digits;
    Marks marks;
    Py_buffer raw, null, high, low, quote;
} Column;

static const uint8_t column_widths[20] = {[SHORT] = 2, [INT] = 4, [LONG] = 8, [REAL] = 4, [FLOAT] = 8, [TIMESTAMP] = 8,
    [MONTH] = 4, [DATE] = 4, [TIMESPAN] = 8, [MINUTE] = 4, [SECOND] = 4, [TIME] = 4};

/* The special text of the item at `at`, or NULL; else its number. */
static const Py_buffer *
special(const Column *column, const uint8_t *at, int64_t *raw, double *number)
{
    int64_t least;

    switch (column->type == REAL || column->type == FLOAT ? 0 : column_widths[column->type]) {
    case 0:
        if (column->type == REAL) {
            float small;
            memcpy(&small, at, 4);
            *number = small;
        }
        else {
            memcpy(number, at, 8);
        }
        return *number != *number ? &column->null : *number - *number == 0 ? NULL : *number > 0 ? &column->high : &column->low;
    case 2: {
        int16_t item;
        memcpy(&item, at, 2);
        *raw = item;
        least = INT16_MIN;
        break;
    }
    case 4: {
        int32_t item;
        memcpy(&item, at, 4);
        *raw = item;
        least = INT32_MIN;
        break;
    }
    default:
        memcpy(raw, at, 8);
        least = INT64_MIN;
    }
    return *raw == least ? &column->null : *raw == least + 1 ? &column->low : *raw == -(least + 1) ? &column->high : NULL;
}

static int
write_column(const Column *column, size_t count, Out *out, int64_t *offsets)
{
    size_t width = column_widths[column->type];
    size_t longest = (size_t)(column->null.len | column->high.len | column->low.len) + LONGEST_ITEM;
    const uint8_t *at = column->raw.buf;

    for (size_t i = 0; i < count; i++, at += width) {
        int64_t raw = 0;
        double number = 0;
        char *to = reserve(out, longest), *begin = to;
        if (to == NULL)
            return -1;
        const Py_buffer *text = special(column, at, &raw, &number);
        if (text != NULL) {
            to = put_text(to, text);
        }
        else {
            to = put_text(to, &column->quote);
            to = column->type == REAL || column->type == FLOAT ? put_float(to, number, column->digits)
                                                               : put_integer(to, column->type, raw, column->marks);
            if (to == NULL)
                return -1;
            to = put_text(to, &column->quote);
        }
        out->size += (size_t)(to - begin);
        offsets[i + 1] = (int64_t)out->size;
    }
    return 0;
}

PyDoc_STRVAR(texts_doc, "column_texts(type, raw, digits, null, high, low, quote, marks, /)\n--\n\n"
                        "The texts of the items of a vector one after the other, and their offsets, 8 bytes each.");

static PyObject *
column_texts(PyObject *module, PyObject *args)
{
    Column column;
    Py_buffer marks;
    Out out = {NULL, 0, 0};
    PyObject *offsets = NULL, *result = NULL;
    int64_t *places;

    if (!PyArg_ParseTuple(args, "iy*iy*y*y*y*y*:column_texts", &column.type, &column.raw, &column.digits, &column.null,
                          &column.high, &column.low, &column.quote, &marks))
        return NULL;
    size_t width = column.type >= 0 && column.type < 20 ? column_widths[column.type] : 0;
    if (width == 0 || column.raw.len % (Py_ssize_t)width || column.digits < 0 || column.digits > 17 || marks.len != 2 ||
        column.quote.len > 1) {
        PyErr_SetString(PyExc_ValueError, "no column of such a type, or no such style");
    }
    else {
        size_t count = (size_t)column.raw.len / width;
        column.marks = (Marks){((char *)marks.buf)[0], ((char *)marks.buf)[1]};
        offsets = new_offsets(count, &places);
        int failed = offsets == NULL ? -1 : write_column(&column, count, &out, places);
        result = finished(&out, offsets, failed);
    }
    PyBuffer_Release(&column.raw);
    PyBuffer_Release(&column.null);
    PyBuffer_Release(&column.high);
    PyBuffer_Release(&column.low);
    PyBuffer_Release(&column.quote);
    PyBuffer_Release(&marks);
    return result;
}

/* ---- texts in quotes ------------------------------------------------------------------------------------------- */

/* Texts as JSON has them. */
static int
write_json_text(Out *out, const uint8_t *text, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    char *begin = reserve(out, 6 * size + 2), *to = begin;

    if (to == NULL)
        return -1;
    *to++ = '"';
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = text[i];
        if (byte >= ' ' && byte != '"' && byte != '\\') {
            *to++ = (char)byte;
            continue;
        }
        *to++ = '\\';
        switch (byte) {
        case '"': case '\\': *to++ = (char)byte; break;
        case '\n': *to++ = 'n'; break;
        case '\r': *to++ = 'r'; break;
        case '\t': *to++ = 't'; break;
        case '\b': *to++ = 'b'; break;
        case '\f': *to++ = 'f'; break;
        default:
            memcpy(to, "u00", 3);
            to[3] = hex[byte >> 4];
            to[4] = hex[byte & 15];
            to += 5;
        }
    }
    *to++ = '"';
    out->size += (size_t)(to - begin);
    return 0;
}

/* A field of CSV: in quotes if it has one of the bytes that are marked. */
static int
write_field(Out *out, const uint8_t *text, size_t size, const uint8_t *marked)
{
    char *begin = reserve(out, 2 * size + 2), *to = begin;
    uint8_t found = 0;

    if (to == NULL)
        return -1;
    for (size_t i = 0; i < size; i++)
        found |= marked[text[i]];
    if (!found) {
        memcpy(to, text, size);
        to += size;
    }
    else {
        *to++ = '"';
        for (size_t i = 0; i < size; i++) {
            if (text[i] == '"')
                *to++ = '"';
            *to++ = (char)text[i];
        }
        *to++ = '"';
    }
    out->size += (size_t)(to - begin);
    return 0;
}

typedef struct {
    Py_buffer data, starts, ends;
} Texts;

static size_t
count_texts(const Texts *texts)
{
    return (size_t)texts->starts.len / sizeof(int64_t);
}

/* Where the text at `i` begins; NULL with an error if it is not in the data. */
static const uint8_t *
text_at(const Texts *texts, size_t i, size_t *size)
{
    int64_t start = ((const int64_t *)texts->starts.buf)[i], end = ((const int64_t *)texts->ends.buf)[i];

    if (start < 0 || end < start || end > texts->data.len) {
        PyErr_SetString(PyExc_ValueError, "the bounds of the texts and the size of their buffer do not fit together");
        return NULL;
    }
    *size = (size_t)(end - start);
    return (const uint8_t *)texts->data.buf + start;
}

static int
texts_fit(const Texts *texts)
{
    if (texts->starts.len == texts->ends.len && texts->starts.len % sizeof(int64_t) == 0)
        return 1;
    PyErr_SetString(PyExc_ValueError, "starts and ends are arrays of 64-bit integers of one length");
    return 0;
}

static void
release_texts(Texts *texts)
{
    PyBuffer_Release(&texts->data);
    PyBuffer_Release(&texts->starts);
    PyBuffer_Release(&texts->ends);
}

PyDoc_STRVAR(quoted_doc, "quoted_texts(data, starts, ends, special, /)\n--\n\n"
                         "Texts as strings of JSON, or if `special` has bytes, as fields of CSV, which stand in quotes when\n"
                         "they have one of these bytes; and their offsets, 8 bytes each.");

static PyObject *
quoted_texts(PyObject *module, PyObject *args)
{
    Texts texts;
    Py_buffer special;
    Out out = {NULL, 0, 0};
    uint8_t marked[256] = {0};
    PyObject *result = NULL;
    int64_t *places;

    if (!PyArg_ParseTuple(args, "y*y*y*y*:quoted_texts", &texts.data, &texts.starts, &texts.ends, &special))
        return NULL;
    for (Py_ssize_t i = 0; i < special.len; i++)
        marked[((const uint8_t *)special.buf)[i]] = 1;
    if (texts_fit(&texts)) {
        size_t count = count_texts(&texts), size;
        PyObject *offsets = new_offsets(count, &places);
        int failed = offsets == NULL;
        for (size_t i = 0; i < count && !failed; i++) {
            const uint8_t *text = text_at(&texts, i, &size);
            failed = text == NULL || (special.len ? write_field(&out, text, size, marked) : write_json_text(&out, text, size));
            places[i + 1] = (int64_t)out.size;
        }
        result = finished(&out, offsets, failed);
    }
    release_texts(&texts);
    PyBuffer_Release(&special);
    return result;
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

PyDoc_STRVAR(rows_doc, "join_rows(columns, parts, /)\n--\n\n"
                       "Rows of the texts of columns, each (data, starts, ends): before each column's text stands a part,\n"
                       "and one more ends the row. The bytes of all rows, and their offsets, 8 bytes each.");

/* The `number`-th column, or a part. */
static int
take_column(PyObject *columns, PyObject *parts, Py_ssize_t number, Texts *texts, Py_buffer *part)
{
    PyObject *part_given = PyTuple_GetItem(parts, number), *given = PyTuple_GetItem(columns, number);

    if (given == NULL || part_given == NULL || PyObject_GetBuffer(part_given, part, PyBUF_SIMPLE) < 0)
        return -1;
    if (!PyTuple_Check(given) || !PyArg_ParseTuple(given, "y*y*y*", &texts->data, &texts->starts, &texts->ends)) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "a column is a tuple of data, starts, ends");
        PyBuffer_Release(part);
        return -1;
    }
    return 0;
}

static int
write_rows(Out *out, size_t rows, size_t width, const Texts *texts, const Py_buffer *parts, int64_t *offsets)
{
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i <= width; i++) {
            size_t size = 0, before = (size_t)parts[i].len;
            const uint8_t *text = i < width ? text_at(&texts[i], row, &size) : NULL;
            char *to = i < width && text == NULL ? NULL : reserve(out, before + size);
            if (to == NULL)
                return -1;
            memcpy(to, parts[i].buf, before);
            if (text != NULL)
                memcpy(to + before, text, size);
            out->size += before + size;
        }
        offsets[row + 1] = (int64_t)out->size;
    }
    return 0;
}

static PyObject *
join_rows(PyObject *module, PyObject *args)
{
    PyObject *columns, *parts, *result = NULL, *offsets = NULL;
    Out out = {NULL, 0, 0};
    int64_t *places;

    if (!PyArg_ParseTuple(args, "O!O!:join_rows", &PyTuple_Type, &columns, &PyTuple_Type, &parts))
        return NULL;
    Py_ssize_t width = PyTuple_Size(columns), taken = 0;
    if (width < 1 || PyTuple_Size(parts) != width + 1) {
        PyErr_SetString(PyExc_ValueError, "a row has columns, and a part before and after each");
        return NULL;
    }
    Texts *texts = PyMem_Calloc((size_t)width, sizeof(Texts));
    Py_buffer *around = PyMem_Calloc((size_t)width + 1, sizeof(Py_buffer));
    int fine = texts != NULL && around != NULL;
    if (!fine)
        PyErr_NoMemory();
    while (fine && taken < width && take_column(columns, parts, taken, &texts[taken], &around[taken]) == 0) {
        fine = texts_fit(&texts[taken]) && texts[taken].starts.len == texts[0].starts.len;
        taken++;
        if (!fine && !PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "the columns are of different counts");
    }
    if (fine && taken == width && PyObject_GetBuffer(PyTuple_GetItem(parts, width), &around[width], PyBUF_SIMPLE) == 0) {
        size_t rows = count_texts(&texts[0]);
        offsets = new_offsets(rows, &places);
        int failed = offsets == NULL ? -1 : write_rows(&out, rows, (size_t)width, texts, around, places);
        result = finished(&out, offsets, failed);
        PyBuffer_Release(&around[width]);
    }
    while (taken-- > 0) {
        release_texts(&texts[taken]);
        PyBuffer_Release(&around[taken]);
    }
    PyMem_Free(texts);
    PyMem_Free(around);
    return result;
}

static PyMethodDef functions[] = {
    {"column_texts", column_texts, METH_VARARGS, texts_doc},
    {"join_rows", join_rows, METH_VARARGS, rows_doc},
    {"quoted_texts", quoted_texts, METH_VARARGS, quoted_doc},
    {NULL, NULL, 0, NULL},
};

int
add_writer(PyObject *module)
{
    return PyModule_AddFunctions(module, functions);
}
