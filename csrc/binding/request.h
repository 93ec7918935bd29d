/* A request, encoded: ready to be signed and sent as often as need be. It comes in two kinds: an
 * operation of a service that has tables, and a plain one, for services that have none. */
#ifndef LREK_REQUEST_H
#define LREK_REQUEST_H

#include "binding/pool.h"
#include "core/buffer.h"
#include "core/crypto.h"
#include "core/http_syntax.h"
#include "core/sha256.h"
#include "core/shape.h"

/* Headers that a plain request, or the caller of an attempt, may bring. Our choice. */
enum { LREK_MAX_HEADERS = 500 };

struct lrek_request {
    struct lrek_object object;
    const struct rek_service *service; /* NULL: a plain request */
    const struct rek_operation *operation;
    struct rek_slice name;   /* "CopyProjectVersion" */
    struct rek_slice method; /* "POST" */
    struct rek_slice target; /* behind the address's own path; {NULL, 0}: the path as it stands */
    struct rek_http_header *headers;
    size_t header_count;
    size_t header_capacity;
    struct rek_buffer text; /* what the slices above point to, where it is not static */
    struct rek_buffer body;
    char invocation_id[REK_UUID_LENGTH]; /* the same for each attempt */
    struct rek_sha256_state hashing;     /* of the first `hashed` bytes of the body */
    size_t hashed;
    bool has_hash;
    char body_hash[2 * REK_SHA256_SIZE]; /* in hexadecimal, once all bytes are hashed */
    unsigned senders;                    /* attempts that are under way and borrow it */
    bool open;
};

/* Loads the parameters at `index`, encodes them and pushes the request. NULL where there are
 * problems: pushes the list of them and the number beyond those in it (see lrek_push_problems).
 * Raises where memory or the system's randomness fails. */
struct lrek_request *lrek_push_request(lua_State *L, const struct rek_service *service,
                                       const struct rek_operation *operation, int index);
/* The request at `index` of the stack. Raises if it is not a request, or is closed. */
struct lrek_request *lrek_check_request(lua_State *L, int index);

/* Closes the request at `index`, as request:close() does. Allocates nothing. */
void lrek_close_request(lua_State *L, int index);

/* Hashes at most so many further bytes of the body. `has_hash` says whether that was all. False
 * where there is no memory. */
REK_CHECKED bool lrek_hash_request(struct lrek_request *request, const struct rek_hasher *hasher,
                                   size_t most);

/* Between these two the request's memory stays, though it may be closed. */
void lrek_hold_request(struct lrek_request *request);
void lrek_release_request(struct lrek_request *request);

#endif
