#include "core/http_gzip.h"

#include <limits.h>

enum { GZIP_WINDOW = 15 + 16, ROOM = 16 << 10 };

enum rek_http_gzip_result rek_http_gzip_start(struct rek_http_gzip *gzip)
{
    gzip->state = REK_GZIP_MEMBER;
    gzip->began = false;
    if (gzip->made)
        return inflateReset(&gzip->stream) == Z_OK ? REK_GZIP_OK : REK_GZIP_NO_MEMORY;
    gzip->stream = (z_stream){0};
    gzip->made = inflateInit2(&gzip->stream, GZIP_WINDOW) == Z_OK;
    return gzip->made ? REK_GZIP_OK : REK_GZIP_NO_MEMORY;
}

void rek_http_gzip_clear(struct rek_http_gzip *gzip)
{
    if (gzip->made)
        inflateEnd(&gzip->stream);
    gzip->made = false;
}

/* Between members: zeros to the end, or the next member. */
static enum rek_http_gzip_result begin_member(struct rek_http_gzip *gzip, struct rek_slice bytes)
{
    if (gzip->state == REK_GZIP_BETWEEN && bytes.data[0] != '\0') {
        gzip->state = REK_GZIP_MEMBER;
        return inflateReset(&gzip->stream) == Z_OK ? REK_GZIP_OK : REK_GZIP_NO_MEMORY;
    }
    gzip->state = REK_GZIP_PADDING;
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.data[i] != '\0')
            return REK_GZIP_BROKEN;
    return REK_GZIP_OK;
}

/* One step: fills the room there is. */
static enum rek_http_gzip_result inflate_some(struct rek_http_gzip *gzip, size_t limit,
                                              struct rek_buffer *out)
{
    char *room = rek_buffer_reserve(out, ROOM);
    if (!room)
        return REK_GZIP_NO_MEMORY;
    gzip->stream.next_out = (unsigned char *)room;
    gzip->stream.avail_out = ROOM;
    int code = inflate(&gzip->stream, Z_NO_FLUSH);
    out->len += ROOM - gzip->stream.avail_out;
    if (out->len > limit)
        return REK_GZIP_TOO_LARGE;
    if (code == Z_STREAM_END)
        gzip->state = REK_GZIP_BETWEEN;
    else if (code == Z_MEM_ERROR)
        return REK_GZIP_NO_MEMORY;
    else if (code != Z_OK && code != Z_BUF_ERROR)
        return REK_GZIP_BROKEN;
    return REK_GZIP_OK;
}

enum rek_http_gzip_result rek_http_gzip_unpack(struct rek_http_gzip *gzip, struct rek_slice bytes,
                                               size_t limit, struct rek_buffer *out)
{
    enum rek_http_gzip_result result = REK_GZIP_OK;
    if (bytes.len > UINT_MAX)
        return REK_GZIP_TOO_LARGE;
    gzip->began |= bytes.len > 0;
    gzip->stream.next_in = (const unsigned char *)bytes.data;
    gzip->stream.avail_in = (unsigned)bytes.len;
    while (result == REK_GZIP_OK) {
        if (gzip->state != REK_GZIP_MEMBER) {
            unsigned left = gzip->stream.avail_in;
            if (left == 0)
                break;
            result = begin_member(gzip, rek_slice_of((const char *)gzip->stream.next_in, left));
            if (gzip->state == REK_GZIP_PADDING)
                break;
            continue;
        }
        result = inflate_some(gzip, limit, out);
        if (gzip->state == REK_GZIP_MEMBER && gzip->stream.avail_in == 0 &&
            gzip->stream.avail_out > 0)
            break; /* all is unpacked that came */
    }
    return result;
}

bool rek_http_gzip_is_whole(const struct rek_http_gzip *gzip)
{
    return !gzip->began || gzip->state != REK_GZIP_MEMBER;
}
