/* Undoing gzip (RFC 1952) as it arrives: any number of members, and zeros behind the last, which
 * RFC 1952 doesn't know and senders that write in blocks leave. */
#ifndef REK_HTTP_GZIP_H
#define REK_HTTP_GZIP_H

#include "core/buffer.h"
#include "core/checked.h"

#define ZLIB_CONST
#include <zlib.h>

struct rek_http_gzip {
    z_stream stream;
    bool made;
    enum { REK_GZIP_MEMBER, REK_GZIP_BETWEEN, REK_GZIP_PADDING } state;
    bool began; /* a byte came */
};

enum rek_http_gzip_result {
    REK_GZIP_OK,
    REK_GZIP_BROKEN,
    REK_GZIP_TOO_LARGE,
    REK_GZIP_NO_MEMORY,
};

/* Makes it ready for a new body. A zeroed one is fine. */
REK_CHECKED enum rek_http_gzip_result rek_http_gzip_start(struct rek_http_gzip *gzip);
/* Appends what the bytes unpack to, up to `limit` bytes in all. */
REK_CHECKED enum rek_http_gzip_result rek_http_gzip_unpack(struct rek_http_gzip *gzip,
                                                           struct rek_slice bytes, size_t limit,
                                                           struct rek_buffer *out);
/* Whether the body may end here. */
bool rek_http_gzip_is_whole(const struct rek_http_gzip *gzip);
void rek_http_gzip_clear(struct rek_http_gzip *gzip);

#endif
