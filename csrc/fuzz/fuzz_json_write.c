/* What is written reads back as it was: strings, integers, doubles and base64; and base64 decodes
 * arbitrary bytes or refuses them. */
#include "core/base64.h"
#include "core/json_read.h"
#include "core/json_write.h"
#include "core/utf8.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_string(struct rek_slice bytes)
{
    struct rek_slice text = rek_slice_of(bytes.data, rek_utf8_valid_prefix(bytes));
    struct rek_buffer out;
    struct rek_json_reader reader;
    rek_buffer_init(&out);
    rek_json_write_string(&out, text);
    rek_json_reader_init(&reader, rek_buffer_slice(&out));
    require(rek_json_next(&reader) == REK_JSON_STRING && rek_slice_equal(reader.text, text));
    require(rek_json_next(&reader) == REK_JSON_END);
    rek_json_reader_clear(&reader);
    rek_buffer_clear(&out);
}

static struct rek_json_number read_number(const struct rek_buffer *written)
{
    struct rek_json_reader reader;
    rek_json_reader_init(&reader, rek_buffer_slice(written));
    require(rek_json_next(&reader) == REK_JSON_NUMBER);
    struct rek_json_number number = rek_json_parse_number(reader.text);
    require(rek_json_next(&reader) == REK_JSON_END);
    return number;
}

static void check_numbers(struct rek_slice bytes)
{
    int64_t integer = 0;
    double real = 0;
    size_t len = bytes.len < 8 ? bytes.len : 8;
    memcpy(&integer, bytes.data, len);
    memcpy(&real, bytes.data, len);
    struct rek_buffer out;
    rek_buffer_init(&out);
    rek_json_write_integer(&out, integer);
    struct rek_json_number number = read_number(&out);
    require(number.is_integer && number.integer == integer);
    if (isfinite(real)) {
        out.len = 0;
        rek_json_write_double(&out, real);
        number = read_number(&out);
        require(number.real == real && !signbit(number.real) == !signbit(real));
    }
    rek_buffer_clear(&out);
}

static void check_base64(struct rek_slice bytes)
{
    size_t len = 0;
    unsigned char *decoded = malloc(bytes.len / 4 * 3 + 1);
    if (rek_base64_decode(decoded, bytes, &len))
        require(len <= bytes.len / 4 * 3);
    free(decoded);
    char *text = malloc(REK_BASE64_ENCODED_SIZE(bytes.len) + 1);
    size_t text_len = rek_base64_encode(text, bytes);
    decoded = malloc(text_len / 4 * 3 + 1);
    require(rek_base64_decode(decoded, rek_slice_of(text, text_len), &len));
    require(rek_slice_equal(rek_slice_of((char *)decoded, len), bytes));
    free(decoded);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rek_slice bytes = size > 0 ? rek_slice_of((const char *)data, size) : REK_SLICE("");
    check_string(bytes);
    check_numbers(bytes);
    check_base64(bytes);
    return 0;
}
