/* What a server sends and what a caller asks for: header lines, URLs and timestamps, whatever the
 * bytes. Slices that come back lie within what was given. */
#include "core/http_syntax.h"
#include "core/timestamp_read.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool lies_within(struct rek_slice part, struct rek_slice whole)
{
    return part.data >= whole.data && part.data + part.len <= whole.data + whole.len;
}

static void check_headers(struct rek_slice bytes)
{
    struct rek_slice lines = bytes;
    struct rek_http_header header;
    while (rek_http_next_header(&lines, &header)) {
        require(lies_within(header.name, bytes) && lies_within(header.value, bytes));
        require(!memchr(header.name.data, ':', header.name.len));
        require(header.value.len == 0 || !memchr(header.value.data, '\n', header.value.len));
        require(rek_http_find_header(bytes, header.name).data != NULL);
    }
    require(lines.len == 0);
}

static void check_url(struct rek_slice bytes)
{
    struct rek_slice origin;
    if (rek_http_check_url(bytes, &origin) != NULL)
        return;
    require(origin.data == bytes.data && origin.len > 7 && origin.len <= bytes.len);
    require(!memchr(bytes.data, '@', origin.len) && rek_http_is_value(bytes));
    require(origin.len == bytes.len || strchr("/?", bytes.data[origin.len]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rek_slice bytes = size > 0 ? rek_slice_of((const char *)data, size) : REK_SLICE("");
    double seconds;
    check_headers(bytes);
    check_url(bytes);
    if (rek_timestamp_read(bytes, &seconds))
        require(isfinite(seconds) && fabs(seconds) < 3e11);
    return 0;
}
