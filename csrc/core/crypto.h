/* Random bytes, hexadecimal digits, wiping: OpenSSL's and the system's. */
#ifndef REK_CRYPTO_H
#define REK_CRYPTO_H

#include "core/checked.h"
#include "core/slice.h"

enum { REK_UUID_LENGTH = 36 };

/* Fills `out` from the system's generator. False where it has nothing to give. */
REK_CHECKED bool rek_random_bytes(void *out, size_t len);
/* A random UUID (RFC 9562, version 4) in lower case, without a NUL. False as above. */
REK_CHECKED bool rek_random_uuid(char out[REK_UUID_LENGTH]);

/* Overwrites memory that held a secret, in a way that no compiler leaves out. */
void rek_wipe(void *memory, size_t len);

/* Writes 2 * len lower-case hexadecimal digits, no NUL. */
void rek_hex_encode(char *out, const unsigned char *bytes, size_t len);

#endif
