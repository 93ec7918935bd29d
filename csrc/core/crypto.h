/* Random bytes, hexadecimal digits, base64, wiping: OpenSSL's and the system's. */
#ifndef REK_CRYPTO_H
#define REK_CRYPTO_H

#include "core/slice.h"

enum { REK_UUID_LENGTH = 36 };

/* Fills `out` from the system's generator. False where it has nothing to give. */
bool rek_random_bytes(void *out, size_t len);
/* A random UUID (RFC 9562, version 4) in lower case, without a NUL. False as above. */
bool rek_random_uuid(char out[REK_UUID_LENGTH]);

/* Overwrites memory that held a secret, in a way that no compiler leaves out. */
void rek_wipe(void *memory, size_t len);

/* Writes 2 * len lower-case hexadecimal digits, no NUL. */
void rek_hex_encode(char *out, const unsigned char *bytes, size_t len);

/* Base64 (RFC 4648, section 4, with padding). */
#define REK_BASE64_ENCODED_SIZE(len) (((len) + 2) / 3 * 4)
/* Writes REK_BASE64_ENCODED_SIZE(in.len) + 1 bytes to `out` (a NUL last) and returns their count
 * without the NUL. */
size_t rek_base64_encode(char *out, struct rek_slice in);
/* The same by OpenSSL alone, for what base64_encode.c has no quicker way for. */
size_t rek_base64_encode_slowly(char *out, struct rek_slice in);
/* Decodes strictly: no white space, right padding. `out` has room for in.len / 4 * 3 bytes. */
bool rek_base64_decode(unsigned char *out, struct rek_slice in, size_t *out_len);

#endif
