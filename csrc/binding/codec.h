/* The codec's C side, for the rest of the binding. */
#ifndef LREK_CODEC_H
#define LREK_CODEC_H

#include "binding/push.h"
#include "core/buffer.h"
#include "core/crypto.h"
#include "core/shape.h"

#include <lua.h>

/* A request that is ready to be signed and sent, as often as need be. */
struct lrek_request {
    const struct rek_operation *operation;
    struct rek_buffer body; /* JSON; empty once the request is closed */
    char invocation_id[REK_UUID_LENGTH];
    bool closed;
};

/* The operation named by the string at `index`, or NULL. Raises where it is no string. */
const struct rek_operation *lrek_find_operation(lua_State *L, int index);
/* Loads the parameters at `index`, encodes them and pushes the request, a userdata. NULL where
 * there are problems: pushes the list of them and the number beyond those in it (see
 * lrek_push_problems). Raises where memory or the system's randomness fails. */
struct lrek_request *lrek_push_request(lua_State *L, const struct rek_operation *operation,
                                       int index);
/* The request at `index` of the stack. Raises where it is none, or closed. */
struct lrek_request *lrek_check_request(lua_State *L, int index);

#endif
