/* Percent-encoding and paths (RFC 3986), as SigV4 wants them: all but the unreserved characters
 * (letters, digits, "-", ".", "_", "~") is encoded, in upper case. */
#ifndef REK_URI_H
#define REK_URI_H

#include "core/slice.h"

/* Writes at most 3 * text.len bytes and returns where they end. */
char *rek_uri_encode(char *out, struct rek_slice text);
/* Likewise, but slashes stay. */
char *rek_uri_encode_path(char *out, struct rek_slice path);
/* Decodes and encodes again, so that the same text in any spelling comes out the same. A "%" that
 * no two hexadecimal digits follow stands for itself. At most 3 * text.len bytes. */
char *rek_uri_recode(char *out, struct rek_slice text);
/* The path without "." and ".." segments and repeated slashes: "//a/./b/../c/" is "/a/c/". A final
 * slash is kept where there was one: "/a/." is "/a". At most path.len + 1 bytes. */
char *rek_uri_normalize_path(char *out, struct rek_slice path);

#endif
