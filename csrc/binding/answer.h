/* What came of sending a request, as caller:send gives it to Lua. */
#ifndef LREK_ANSWER_H
#define LREK_ANSWER_H

#include "core/http.h"
#include "core/shape.h"

#include <lua.h>

/* Makes the answers' metatable. Called once, when the module is opened. */
void lrek_open_answer(lua_State *L);

/* Pushes the response and { status =, header_lines =, request_id = }; or nil and { status =,
 * header_lines =, body = } where the answer is no success, and { ..., protocol = message } where
 * its body can't be read. `headers`, a table with names in lower case, is made of the lines when it
 * is first asked for. Returns 2. The answer's memory must outlive the call, which may run
 * finalizers. Raises where Lua is out of memory. */
int lrek_push_answer(lua_State *L, const struct rek_operation *operation,
                     const struct rek_http_response *response);
/* Pushes nil and { transport = { code =, message = } }. Returns 2. */
int lrek_push_no_answer(lua_State *L, struct rek_http *http, enum rek_http_result result);

#endif
