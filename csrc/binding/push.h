/* JSON by shape -> Lua table, straight from the pull reader.
 *
 * null is absent, in lists and maps as well (a list stays a sequence). Integers are Lua integers,
 * floats and timestamps (seconds since the epoch) Lua floats, blobs their raw bytes. The last of
 * duplicate keys stands. Members that the model doesn't know pass through by what their JSON says;
 * anything else that is not what the model says is an error, with its path. Where a number has no
 * exact place (a fraction or 64 bits exceeded for an integer, an exponent that a double can't
 * hold), that is an error too. */
#ifndef LREK_PUSH_H
#define LREK_PUSH_H

#include "core/checked.h"
#include "core/shape.h"

#include <lua.h>

/* Interns the names of the service's members. Called once for each service. */
void lrek_open_names(lua_State *L, const struct rek_service *service);

/* Pushes the table for `body`, which has the shape `output` of the service; an empty body makes an
 * empty table. False, with a message pushed instead, where the body is not what it should be. Never
 * shows a value in the message. Raises where Lua is out of memory. */
REK_CHECKED bool lrek_push_response(lua_State *L, const struct rek_service *service,
                                    const struct rek_shape *output, struct rek_slice body);

/* As above for a value of whatever shape; null pushes nil. `*offset` gets how many bytes of the
 * text had been read at an error. */
REK_CHECKED bool lrek_push_json(lua_State *L, struct rek_slice text, size_t *offset);

#endif
