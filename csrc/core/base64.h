/* Base64. */
#ifndef REK_BASE64_H
#define REK_BASE64_H

#include "core/checked.h"
#include "core/slice.h"

/* Base64 (RFC 4648, section 4, with padding). */
#define REK_BASE64_ENCODED_SIZE(len) (((len) + 2) / 3 * 4)
/* Writes REK_BASE64_ENCODED_SIZE(in.len) + 1 bytes to `out` (a NUL last) and returns their count
 * without the NUL. */
size_t rek_base64_encode(char *out, struct rek_slice in);
/* The same by OpenSSL alone, for what base64_encode.c has no quicker way for. */
size_t rek_base64_encode_slowly(char *out, struct rek_slice in);
/* Decodes strictly: no white space, right padding. `out` has room for in.len / 4 * 3 bytes. */
REK_CHECKED bool rek_base64_decode(unsigned char *out, struct rek_slice in, size_t *out_len);

#endif
