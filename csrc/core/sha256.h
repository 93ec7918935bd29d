/* SHA-256 (FIPS 180-4) and HMAC-SHA256 (RFC 2104), both OpenSSL's. */
#ifndef REK_SHA256_H
#define REK_SHA256_H

#include "core/checked.h"
#include "core/slice.h"

#include <stdint.h>

enum { REK_SHA256_SIZE = 32 };

struct evp_md_ctx_st; /* OpenSSL's digest state */

/* A hash under way, in one of two forms. A signature hashes a few hundred bytes in four pieces, to
 * which OpenSSL's providers add a third of the time that its SHA-256 itself takes. It is therefore
 * called directly (SHA256_Init and so on, deprecated in OpenSSL 3 but kept), except where OpenSSL
 * is set to use FIPS-approved implementations, which only providers have, or was built without the
 * direct functions. */
struct rek_sha256_state {
    uint32_t direct[28];            /* an SHA256_CTX */
    struct evp_md_ctx_st *provided; /* NULL where the other form is used */
};

/* A workplace for hashing, used again and again. One thread at a time may use it. */
struct rek_hasher {
    struct rek_sha256_state blank; /* before the first byte */
    struct evp_md_ctx_st *work;    /* a provider's, or NULL */
    uint32_t direct_work[28];      /* not on the stack: what a hash leaves may be a key */
};

/* False where OpenSSL has no memory or no SHA-256; the hasher is then cleared. */
REK_CHECKED bool rek_hasher_init(struct rek_hasher *hasher);
/* The same with a provider's SHA-256 in any case. */
REK_CHECKED bool rek_hasher_init_provided(struct rek_hasher *hasher);
/* Wipes and frees. A zeroed hasher is fine. */
void rek_hasher_clear(struct rek_hasher *hasher);

/* False where OpenSSL fails. */
REK_CHECKED bool rek_sha256(struct rek_hasher *hasher, struct rek_slice data,
                            unsigned char out[REK_SHA256_SIZE]);

/* The same in pieces: begin, add as often as need be, end, which clears the state, as
 * rek_sha256_drop does where the end doesn't come. A zeroed state is fine to drop. */
REK_CHECKED bool rek_sha256_begin(const struct rek_hasher *hasher, struct rek_sha256_state *state);
REK_CHECKED bool rek_sha256_add(struct rek_sha256_state *state, struct rek_slice data);
REK_CHECKED bool rek_sha256_end(struct rek_sha256_state *state, unsigned char out[REK_SHA256_SIZE]);
void rek_sha256_drop(struct rek_sha256_state *state);

/* A first block that was hashed lately, and the state after it: where the next text begins with the
 * same 64 bytes, they cost nothing. What is signed begins alike for a whole second. */
struct rek_sha256_front {
    char block[64];
    struct rek_sha256_state after;
    bool known;
};

/* Wipes. A zeroed front is fine. */
void rek_sha256_front_clear(struct rek_sha256_front *front);
/* As rek_sha256, by way of a front that all calls have with this hasher. */
REK_CHECKED bool rek_sha256_by_front(struct rek_hasher *hasher, struct rek_sha256_front *front,
                                     struct rek_slice data, unsigned char out[REK_SHA256_SIZE]);

/* A key, as the states of the two hashes after the padded key, so that the key costs nothing when
 * it is used again. It is of its hasher's form. */
struct rek_hmac_key {
    struct rek_sha256_state inner;
    struct rek_sha256_state outer;
    struct rek_sha256_front front; /* of what is hashed behind `inner` */
};

/* Any length of key. False where OpenSSL fails; the key is then cleared. */
REK_CHECKED bool rek_hmac_key_init(struct rek_hmac_key *key, struct rek_hasher *hasher,
                                   struct rek_slice secret);
/* Wipes and frees. A zeroed key is fine. */
void rek_hmac_key_clear(struct rek_hmac_key *key);

/* False where OpenSSL fails. */
REK_CHECKED bool rek_hmac_sha256(struct rek_hasher *hasher, struct rek_hmac_key *key,
                                 struct rek_slice data, unsigned char out[REK_SHA256_SIZE]);

#endif
