#include "core/json_read.h"

#include "core/utf8.h"
#include "core/word.h"

enum state {
    AT_VALUE,         /* a value must come */
    AT_FIRST_ELEMENT, /* a value or ] */
    AT_FIRST_KEY,     /* a key or } */
    AFTER_ELEMENT,    /* , or ] */
    AFTER_MEMBER,     /* , or } */
    AFTER_DOCUMENT,   /* nothing but white space */
    FAILED
};

void rek_json_reader_init(struct rek_json_reader *reader, struct rek_slice document)
{
    if (document.len == 0)
        document = REK_SLICE("");
    *reader =
        (struct rek_json_reader){.document = document, .cursor = document.data, .state = AT_VALUE};
}

void rek_json_reader_clear(struct rek_json_reader *reader)
{
    rek_buffer_clear(&reader->scratch);
    rek_json_reader_init(reader, REK_SLICE(""));
}

static enum rek_json_token fail(struct rek_json_reader *reader, const char *at, const char *error)
{
    reader->state = FAILED;
    reader->error = error;
    reader->offset = (size_t)(at - reader->document.data);
    reader->text = rek_slice_of(NULL, 0);
    return REK_JSON_ERROR;
}

static inline const char *document_end(const struct rek_json_reader *reader)
{
    return reader->document.data + reader->document.len;
}

static inline const char *skip_space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

static inline bool is_digit(char byte)
{
    return (unsigned char)(byte - '0') <= 9;
}

/* The state behind a whole value. */
static inline unsigned char state_after_value(const struct rek_json_reader *reader)
{
    if (reader->depth == 0)
        return AFTER_DOCUMENT;
    unsigned level = reader->depth - 1;
    return (reader->in_object[level / 64] >> (level % 64)) & 1 ? AFTER_MEMBER : AFTER_ELEMENT;
}

static inline enum rek_json_token found(struct rek_json_reader *reader, const char *cursor,
                                        enum rek_json_token token)
{
    reader->cursor = cursor;
    reader->state = state_after_value(reader);
    return token;
}

static enum rek_json_token open_level(struct rek_json_reader *reader, const char *p)
{
    if (reader->depth == REK_JSON_MAX_DEPTH)
        return fail(reader, p, "nested too deeply");
    unsigned level = reader->depth++;
    uint64_t bit = (uint64_t)1 << (level % 64);
    reader->cursor = p + 1;
    if (*p == '{') {
        reader->in_object[level / 64] |= bit;
        reader->state = AT_FIRST_KEY;
        return REK_JSON_OBJECT_BEGIN;
    }
    reader->in_object[level / 64] &= ~bit;
    reader->state = AT_FIRST_ELEMENT;
    return REK_JSON_ARRAY_BEGIN;
}

static inline enum rek_json_token close_level(struct rek_json_reader *reader, const char *p,
                                              enum rek_json_token token)
{
    reader->depth--;
    return found(reader, p + 1, token);
}

/* The four hex digits at `p` as a number, or -1. */
static int32_t read_hex4(const char *p, const char *end)
{
    if (end - p < 4)
        return -1;
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char lower = (char)(p[i] | 0x20);
        if (is_digit(p[i]))
            value = value * 16 + (p[i] - '0');
        else if (lower >= 'a' && lower <= 'f')
            value = value * 16 + (lower - 'a' + 10);
        else
            return -1;
    }
    return value;
}

/* Reads the \uXXXX at `p`, or the pair of them that makes one code point, into the scratch
 * buffer. Returns where it ends, or NULL after an error. */
static const char *read_unicode_escape(struct rek_json_reader *reader, const char *p)
{
    const char *end = document_end(reader);
    int32_t code_point = read_hex4(p + 2, end);
    if (code_point < 0) {
        fail(reader, p, "bad escape");
        return NULL;
    }
    const char *next = p + 6;
    if (code_point >= 0xd800 && code_point <= 0xdfff) {
        bool followed = code_point < 0xdc00 && end - next >= 2 && next[0] == '\\' && next[1] == 'u';
        int32_t low = followed ? read_hex4(next + 2, end) : -1;
        if (low < 0xdc00 || low > 0xdfff) {
            fail(reader, p, "lone surrogate");
            return NULL;
        }
        code_point = 0x10000 + ((code_point - 0xd800) << 10) + (low - 0xdc00);
        next += 6;
    }
    char *room = rek_buffer_reserve(&reader->scratch, 4);
    if (room)
        reader->scratch.len += rek_utf8_encode(room, (uint32_t)code_point);
    return next;
}

/* As read_unicode_escape, for any escape. */
static const char *read_escape(struct rek_json_reader *reader, const char *p)
{
    static const char meanings[256] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                       ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};
    if (document_end(reader) - p < 2) {
        fail(reader, document_end(reader), "unexpected end");
        return NULL;
    }
    if (p[1] == 'u')
        return read_unicode_escape(reader, p);
    char meaning = meanings[(unsigned char)p[1]];
    if (meaning == 0) {
        fail(reader, p, "bad escape");
        return NULL;
    }
    rek_buffer_append_char(&reader->scratch, meaning);
    return p + 2;
}

/* Passes over plain ASCII: the first byte from `p` on that is a quote, a backslash, a control
 * character or not ASCII, or `end`. */
static inline const char *skip_plain(const char *p, const char *end)
{
    while (end - p >= REK_WORD_SIZE) {
        uint64_t word = rek_word_load(p);
        uint64_t marks = (rek_word_json_marks(word) | word) & REK_WORD_HIGH_BITS;
        if (marks != 0)
            return p + rek_word_first(marks);
        p += REK_WORD_SIZE;
    }
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20 &&
           (unsigned char)*p < 0x80)
        p++;
    return p;
}

/* Passes over the characters from `p` on that aren't ASCII. NULL after an error. */
static inline const char *skip_beyond_ascii(struct rek_json_reader *reader, const char *p)
{
    const char *end = document_end(reader);
    while (p < end && (unsigned char)*p >= 0x80) {
        size_t length = rek_utf8_sequence(p, end);
        if (length == 0) {
            fail(reader, p, "invalid UTF-8");
            return NULL;
        }
        p += length;
    }
    return p;
}

/* Reads the string whose opening quote is at `p` into reader->text. Returns what is behind its
 * closing quote, or NULL after an error. */
static const char *read_string(struct rek_json_reader *reader, const char *p)
{
    const char *end = document_end(reader);
    const char *run = ++p; /* since here nothing went to the scratch buffer */
    reader->scratch.len = 0;
    for (;;) {
        p = skip_plain(p, end);
        if (p == end) {
            fail(reader, p, "unexpected end");
            return NULL;
        }
        if (*p == '"')
            break;
        if (*p == '\\') {
            rek_buffer_append(&reader->scratch, run, (size_t)(p - run));
            p = read_escape(reader, p);
            if (!p)
                return NULL;
            run = p;
            continue;
        }
        if ((unsigned char)*p < 0x20) {
            fail(reader, p, "control character in a string");
            return NULL;
        }
        p = skip_beyond_ascii(reader, p);
        if (!p)
            return NULL;
    }
    reader->text = rek_slice_of(run, (size_t)(p - run));
    if (reader->scratch.len > 0 || reader->scratch.failed) {
        rek_buffer_append_slice(&reader->scratch, reader->text);
        reader->text = rek_buffer_slice(&reader->scratch);
        if (reader->scratch.failed) {
            fail(reader, p, "not enough memory");
            return NULL;
        }
    }
    return p + 1;
}

static inline const char *skip_digits(const char *p, const char *end)
{
    while (p < end && is_digit(*p))
        p++;
    return p;
}

static enum rek_json_token read_number(struct rek_json_reader *reader, const char *start)
{
    const char *end = document_end(reader);
    const char *p = start + (*start == '-');
    const char *digits = p;
    p = skip_digits(p, end);
    if (p == digits || (*digits == '0' && p - digits > 1))
        return fail(reader, digits, "bad number");
    if (p < end && *p == '.') {
        digits = p + 1;
        p = skip_digits(digits, end);
        if (p == digits)
            return fail(reader, p, "bad number");
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        digits = p + 1;
        if (digits < end && (*digits == '+' || *digits == '-'))
            digits++;
        p = skip_digits(digits, end);
        if (p == digits)
            return fail(reader, p, "bad number");
    }
    reader->text = rek_slice_of(start, (size_t)(p - start));
    return found(reader, p, REK_JSON_NUMBER);
}

static enum rek_json_token read_word(struct rek_json_reader *reader, const char *p,
                                     struct rek_slice word, enum rek_json_token token)
{
    if ((size_t)(document_end(reader) - p) < word.len || memcmp(p, word.data, word.len) != 0)
        return fail(reader, p, "expected a value");
    return found(reader, p + word.len, token);
}

static enum rek_json_token read_value(struct rek_json_reader *reader, const char *p)
{
    if (p == document_end(reader))
        return fail(reader, p, "unexpected end");
    switch (*p) {
    case '"':
        p = read_string(reader, p);
        return p ? found(reader, p, REK_JSON_STRING) : REK_JSON_ERROR;
    case '{':
    case '[':
        return open_level(reader, p);
    case 't':
        return read_word(reader, p, REK_SLICE("true"), REK_JSON_TRUE);
    case 'f':
        return read_word(reader, p, REK_SLICE("false"), REK_JSON_FALSE);
    case 'n':
        return read_word(reader, p, REK_SLICE("null"), REK_JSON_NULL);
    default:
        if (*p == '-' || is_digit(*p))
            return read_number(reader, p);
        return fail(reader, p, "expected a value");
    }
}

/* Reads a key and the colon behind it. */
static enum rek_json_token read_key(struct rek_json_reader *reader, const char *p)
{
    const char *end = document_end(reader);
    if (p == end)
        return fail(reader, p, "unexpected end");
    if (*p != '"')
        return fail(reader, p, "expected a key");
    p = read_string(reader, p);
    if (!p)
        return REK_JSON_ERROR;
    p = skip_space(p, end);
    if (p == end)
        return fail(reader, p, "unexpected end");
    if (*p != ':')
        return fail(reader, p, "expected ':'");
    reader->cursor = p + 1;
    reader->state = AT_VALUE;
    return REK_JSON_KEY;
}

enum rek_json_token rek_json_next(struct rek_json_reader *reader)
{
    if (reader->state == FAILED)
        return REK_JSON_ERROR;
    const char *end = document_end(reader);
    const char *p = skip_space(reader->cursor, end);
    if (p == end && reader->state != AFTER_DOCUMENT)
        return fail(reader, p, "unexpected end");
    switch ((enum state)reader->state) {
    case AFTER_MEMBER:
        if (*p == '}')
            return close_level(reader, p, REK_JSON_OBJECT_END);
        if (*p != ',')
            return fail(reader, p, "expected ',' or '}'");
        return read_key(reader, skip_space(p + 1, end));
    case AFTER_ELEMENT:
        if (*p == ']')
            return close_level(reader, p, REK_JSON_ARRAY_END);
        if (*p != ',')
            return fail(reader, p, "expected ',' or ']'");
        return read_value(reader, skip_space(p + 1, end));
    case AT_FIRST_KEY:
        if (*p == '}')
            return close_level(reader, p, REK_JSON_OBJECT_END);
        return read_key(reader, p);
    case AT_FIRST_ELEMENT:
        if (*p == ']')
            return close_level(reader, p, REK_JSON_ARRAY_END);
        return read_value(reader, p);
    case AFTER_DOCUMENT:
        return p == end ? REK_JSON_END : fail(reader, p, "text after the value");
    case AT_VALUE:
    case FAILED:
        break;
    }
    return read_value(reader, p);
}

bool rek_json_skip(struct rek_json_reader *reader, enum rek_json_token token)
{
    if (token == REK_JSON_KEY)
        token = rek_json_next(reader);
    if (token == REK_JSON_OBJECT_BEGIN || token == REK_JSON_ARRAY_BEGIN) {
        unsigned outside = reader->depth - 1;
        while (reader->depth > outside)
            if (rek_json_next(reader) == REK_JSON_ERROR)
                return false;
    }
    return token != REK_JSON_ERROR;
}
