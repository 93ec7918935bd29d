/* The only user of OpenSSL: hashes, random bytes, base64, wiping. */
#ifndef REK_CRYPTO_H
#define REK_CRYPTO_H

#include "core/slice.h"

#include <stdint.h>

enum { REK_UUID_LENGTH = 36, REK_SHA256_SIZE = 32 };

/* Fills `out` from the system's generator. False where it has nothing to give. */
bool rek_random_bytes(void *out, size_t len);
/* A random UUID (RFC 9562, version 4) in lower case, without a NUL. False as above. */
bool rek_random_uuid(char out[REK_UUID_LENGTH]);

/* Overwrites memory that held a secret, in a way that no compiler leaves out. */
void rek_wipe(void *memory, size_t len);

/* Writes 2 * len lower-case hexadecimal digits, no NUL. */
void rek_hex_encode(char *out, const unsigned char *bytes, size_t len);

struct evp_md_ctx_st; /* OpenSSL's digest state */

/* A workplace for hashing, used again and again: making OpenSSL's states anew would cost more than
 * hashing a small message does. One thread at a time may use it. */
struct rek_hasher {
    struct evp_md_ctx_st *work;
    struct evp_md_ctx_st *blank; /* SHA-256 before its first byte */
};

/* False where OpenSSL has no memory or no SHA-256; the hasher is then cleared. */
bool rek_hasher_init(struct rek_hasher *hasher) __attribute__((warn_unused_result));
/* Wipes and frees. A zeroed hasher is fine. */
void rek_hasher_clear(struct rek_hasher *hasher);

/* SHA-256 (FIPS 180-4). False where OpenSSL fails. */
bool rek_sha256(struct rek_hasher *hasher, struct rek_slice data,
                unsigned char out[REK_SHA256_SIZE]) __attribute__((warn_unused_result));

/* A key for HMAC-SHA256 (RFC 2104), as the states of the two hashes after the padded key, so that
 * the key costs nothing when it is used again. */
struct rek_hmac_key {
    struct evp_md_ctx_st *inner;
    struct evp_md_ctx_st *outer;
};

/* Any length of key. False where OpenSSL fails; the key is then cleared. */
bool rek_hmac_key_init(struct rek_hmac_key *key, struct rek_hasher *hasher, struct rek_slice secret)
    __attribute__((warn_unused_result));
/* Wipes and frees. A zeroed key is fine. */
void rek_hmac_key_clear(struct rek_hmac_key *key);

bool rek_hmac_sha256(struct rek_hasher *hasher, const struct rek_hmac_key *key,
                     struct rek_slice data, unsigned char out[REK_SHA256_SIZE])
    __attribute__((warn_unused_result));

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
