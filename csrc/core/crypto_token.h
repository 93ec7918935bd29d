/* Beside crypto.h, what sign-in tokens need of OpenSSL: the hash in their files' names, and the
 * signature in the proof that a request comes from the one who signed in. */
#ifndef REK_CRYPTO_TOKEN_H
#define REK_CRYPTO_TOKEN_H

#include "core/checked.h"
#include "core/slice.h"

enum { REK_SHA1_SIZE = 20, REK_ES256_SIGNATURE_SIZE = 64, REK_P256_COORDINATE_SIZE = 32 };

/* SHA-1 (FIPS 180-4), for names only: it keeps no secret. False where OpenSSL fails. */
REK_CHECKED bool rek_sha1(struct rek_slice data, unsigned char out[REK_SHA1_SIZE]);

/* The coordinates of the public key, big-endian. False where `pem` is not an unencrypted private
 * key on P-256. */
REK_CHECKED bool rek_es256_public(struct rek_slice pem, unsigned char x[REK_P256_COORDINATE_SIZE],
                                  unsigned char y[REK_P256_COORDINATE_SIZE]);

/* ECDSA on P-256 with SHA-256 (ES256 of RFC 7518, section 3.4): r and s, big-endian, one after the
 * other. False as above. */
REK_CHECKED bool rek_es256_sign(struct rek_slice pem, struct rek_slice message,
                                unsigned char signature[REK_ES256_SIGNATURE_SIZE]);

#endif
