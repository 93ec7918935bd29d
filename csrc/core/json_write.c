#include "core/json_write.h"

#include "core/base64.h"
#include "core/json_read.h"
#include "core/word.h"

#include <math.h>
#include <stdio.h>

/* The high bits of the bytes of the word at `p` that need an escape; of those, the first counts. */
static inline uint64_t marks_at(const char *p)
{
    uint64_t word = rek_word_load(p);
    return rek_word_json_marks(word) & ~word & REK_WORD_HIGH_BITS;
}

/* The first byte from `p` on that needs an escape, or `end`. */
static inline const char *skip_plain(const char *p, const char *end)
{
    bool has_words = end - p >= REK_WORD_SIZE;
    while (end - p >= REK_WORD_SIZE) {
        uint64_t marks = marks_at(p);
        if (marks != 0)
            return p + rek_word_first(marks);
        p += REK_WORD_SIZE;
    }
    if (has_words && marks_at(end - REK_WORD_SIZE) == 0) /* the rest, and some once more */
        return end;
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
        p++;
    return p;
}

static void write_escape(struct rek_buffer *out, char byte)
{
    static const char hex[] = "0123456789abcdef";
    static const char letters[128] = {['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
                                      ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't'};
    char letter = letters[(unsigned char)byte];
    if (letter != 0)
        rek_buffer_append(out, (char[]){'\\', letter}, 2);
    else
        rek_buffer_append(out, (char[]){'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]}, 6);
}

static void write_escaped(struct rek_buffer *out, struct rek_slice text)
{
    const char *p = text.data;
    const char *end = p + text.len;
    rek_buffer_append_char(out, '"');
    for (;;) {
        const char *run = p;
        p = skip_plain(p, end);
        rek_buffer_append(out, run, (size_t)(p - run));
        if (p == end)
            break;
        write_escape(out, *p++);
    }
    rek_buffer_append_char(out, '"');
}

void rek_json_write_string(struct rek_buffer *out, struct rek_slice text)
{
    if (text.len == 0) {
        rek_buffer_append(out, "\"\"", 2);
        return;
    }
    const char *end = text.data + text.len;
    if (skip_plain(text.data, end) != end) {
        write_escaped(out, text);
        return;
    }
    char *room = rek_buffer_reserve(out, text.len + 2);
    if (room) {
        room[0] = '"';
        memcpy(room + 1, text.data, text.len);
        room[text.len + 1] = '"';
        out->len += text.len + 2;
    }
}

void rek_json_write_boolean(struct rek_buffer *out, bool value)
{
    rek_buffer_append_slice(out, value ? REK_SLICE("true") : REK_SLICE("false"));
}

void rek_json_write_integer(struct rek_buffer *out, int64_t value)
{
    char text[20];
    char *end = text + sizeof text;
    char *p = end;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--p = '-';
    rek_buffer_append(out, p, (size_t)(end - p));
}

/* The decimal digits of a number, the first before the point, and the power of ten. */
struct decimal {
    char digits[17];
    int count; /* without zeros at the end */
    int exponent;
};

/* `value`, positive, to so many digits. printf puts the locale's point, of one or more bytes,
 * behind the first digit, so everything but digits is passed over. */
static struct decimal round_to_digits(double value, int digits)
{
    char text[64];
    struct decimal decimal = {.count = 0};
    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    const char *p = text;
    for (; *p != 'e'; p++)
        if (*p >= '0' && *p <= '9')
            decimal.digits[decimal.count++] = *p;
    while (decimal.count > 1 && decimal.digits[decimal.count - 1] == '0')
        decimal.count--;
    bool negative = *++p == '-';
    for (p++; *p != '\0'; p++)
        decimal.exponent = decimal.exponent * 10 + (*p - '0');
    if (negative)
        decimal.exponent = -decimal.exponent;
    return decimal;
}

/* Writes the decimal, plainly or with an exponent, and returns the length. */
static size_t lay_out(char out[32], const struct decimal *decimal, bool plain)
{
    int before = plain ? decimal->exponent + 1 : 1; /* digits before the point, if positive */
    char *p = out;
    if (before <= 0) {
        *p++ = '0';
        *p++ = '.';
        for (int i = before; i < 0; i++)
            *p++ = '0';
    }
    for (int i = 0; i < decimal->count; i++) {
        if (i > 0 && i == before)
            *p++ = '.';
        *p++ = decimal->digits[i];
    }
    if (!plain)
        p += snprintf(p, 8, "e%d", decimal->exponent);
    return (size_t)(p - out);
}

void rek_json_write_double(struct rek_buffer *out, double value)
{
    const double exact = 9007199254740992.0; /* 2^53: up to here every integer is a double */
    double magnitude = fabs(value);
    if (!isfinite(value)) {
        rek_buffer_append_slice(out, REK_SLICE("null"));
        return;
    }
    if (magnitude < exact && magnitude == (double)(int64_t)magnitude) {
        if (signbit(value) && value == 0.0)
            rek_buffer_append_slice(out, REK_SLICE("-0.0"));
        else
            rek_json_write_integer(out, (int64_t)value);
        return;
    }
    char text[32];
    size_t len = 0;
    for (int digits = 15; digits <= 17; digits++) {
        struct decimal decimal = round_to_digits(magnitude, digits);
        len = lay_out(text, &decimal, magnitude < exact && decimal.exponent >= -5);
        if (rek_json_parse_number(rek_slice_of(text, len)).real == magnitude)
            break;
    }
    if (value < 0)
        rek_buffer_append_char(out, '-');
    rek_buffer_append(out, text, len);
}

void rek_json_write_blob(struct rek_buffer *out, struct rek_slice bytes)
{
    char *room = rek_buffer_reserve(out, REK_BASE64_ENCODED_SIZE(bytes.len) + 2);
    if (!room)
        return;
    room[0] = '"';
    size_t len = rek_base64_encode(room + 1, bytes);
    room[1 + len] = '"'; /* over the NUL that base64 ends with */
    out->len += len + 2;
}
