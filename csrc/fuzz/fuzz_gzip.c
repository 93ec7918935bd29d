/* A body in gzip, as it arrives: whatever the bytes and wherever they are cut, the same comes out,
 * and never more than the limit. */
#include "core/http_gzip.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 1 << 16 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

struct outcome {
    enum rek_http_gzip_result result;
    bool whole;
    struct rek_buffer body;
};

/* Unpacks the bytes in pieces of `step` bytes. */
static struct outcome unpack(struct rek_slice bytes, size_t step)
{
    struct outcome outcome = {.result = REK_GZIP_OK};
    struct rek_http_gzip gzip = {0};
    require(rek_http_gzip_start(&gzip) == REK_GZIP_OK);
    for (size_t at = 0; at < bytes.len && outcome.result == REK_GZIP_OK; at += step) {
        size_t len = bytes.len - at < step ? bytes.len - at : step;
        outcome.result =
            rek_http_gzip_unpack(&gzip, rek_slice_of(bytes.data + at, len), LIMIT, &outcome.body);
        require(outcome.body.len <= LIMIT);
    }
    outcome.whole = rek_http_gzip_is_whole(&gzip);
    rek_http_gzip_clear(&gzip);
    return outcome;
}

static void check(struct rek_slice bytes)
{
    struct outcome whole = unpack(bytes, bytes.len + 1), parts = unpack(bytes, 1 + bytes.len % 7);
    require(whole.result == parts.result);
    if (whole.result == REK_GZIP_OK) {
        require(whole.whole == parts.whole);
        require(rek_slice_equal(rek_buffer_slice(&whole.body), rek_buffer_slice(&parts.body)));
    }
    rek_buffer_clear(&whole.body);
    rek_buffer_clear(&parts.body);
}

/* Appends a member that holds the bytes. */
static void append_member(struct rek_buffer *out, struct rek_slice bytes)
{
    z_stream stream = {0};
    require(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    size_t most = deflateBound(&stream, bytes.len);
    unsigned char *packed = malloc(most);
    require(packed != NULL);
    stream.next_in = (const Bytef *)bytes.data;
    stream.avail_in = (uInt)bytes.len;
    stream.next_out = packed;
    stream.avail_out = (uInt)most;
    require(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    rek_buffer_append(out, (const char *)packed, most - stream.avail_out);
    deflateEnd(&stream);
    free(packed);
}

/* Two members with the bytes behind them, in which one byte is another one: what a checksum guards
 * is not found by chance. */
static void check_members(struct rek_slice bytes)
{
    struct rek_buffer text = {0};
    size_t place = (size_t)(unsigned char)bytes.data[0] << 8 | (unsigned char)bytes.data[1];
    append_member(&text, rek_slice_of(bytes.data + 2, bytes.len - 2));
    append_member(&text, rek_slice_of(bytes.data + 1, bytes.len - 1));
    check(rek_buffer_slice(&text));
    rek_buffer_append_slice(&text, bytes);
    char *byte = &text.data[place % text.len];
    *byte = (char)(*byte ^ bytes.data[2]);
    check(rek_buffer_slice(&text));
    rek_buffer_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rek_slice bytes = size > 0 ? rek_slice_of((const char *)data, size) : REK_SLICE("");
    check(bytes);
    if (size > 2)
        check_members(bytes);
    return 0;
}
