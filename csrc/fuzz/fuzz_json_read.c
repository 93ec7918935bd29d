/* The reader over arbitrary bytes: it ends, its tokens balance, its strings are UTF-8, and passing
 * over values comes to the same verdict as reading them. */
#include "core/json_read.h"
#include "core/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_text(const struct rek_json_reader *reader, enum rek_json_token token)
{
    if (token == REK_JSON_STRING || token == REK_JSON_KEY)
        require(rek_utf8_valid_prefix(reader->text) == reader->text.len);
    if (token == REK_JSON_NUMBER) {
        struct rek_json_number number = rek_json_parse_number(reader->text);
        require(number.is_integer ? (double)number.integer == number.real
                                  : number.real == number.real);
    }
}

/* Reads to the end, passing over every `stride`-th value, or over none where it is 0. Returns
 * where the error is, or SIZE_MAX where there is none. */
static size_t read_all(struct rek_slice document, size_t stride)
{
    struct rek_json_reader reader;
    rek_json_reader_init(&reader, document);
    unsigned depth = 0;
    size_t count = 0;
    for (;;) {
        enum rek_json_token token = rek_json_next(&reader);
        if (token == REK_JSON_ERROR || token == REK_JSON_END)
            break;
        require(++count <= document.len);
        depth += token == REK_JSON_OBJECT_BEGIN || token == REK_JSON_ARRAY_BEGIN;
        depth -= token == REK_JSON_OBJECT_END || token == REK_JSON_ARRAY_END;
        require(depth == reader.depth && depth <= REK_JSON_MAX_DEPTH);
        check_text(&reader, token);
        bool end = token == REK_JSON_OBJECT_END || token == REK_JSON_ARRAY_END;
        if (stride > 0 && count % stride == 0 && !end) {
            if (!rek_json_skip(&reader, token))
                break;
            depth -= token == REK_JSON_OBJECT_BEGIN || token == REK_JSON_ARRAY_BEGIN;
        }
    }
    require((reader.error == NULL) ==
            (reader.depth == 0 && rek_json_next(&reader) == REK_JSON_END));
    require(reader.offset <= document.len);
    size_t offset = reader.error ? reader.offset : SIZE_MAX;
    rek_json_reader_clear(&reader);
    return offset;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rek_slice document = rek_slice_of((const char *)data, size);
    size_t verdict = read_all(document, 0);
    for (size_t stride = 1; stride <= 4; stride++)
        require(read_all(document, stride) == verdict);
    return 0;
}
