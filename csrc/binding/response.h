/* What came of sending a request, as an attempt returns it to Lua. */
#ifndef LREK_RESPONSE_H
#define LREK_RESPONSE_H

#include "binding/request.h"
#include "core/http.h"

#include <lua.h>

/* Makes the metatable of responses' metadata. Called once, when the module is opened. */
void lrek_open_response(lua_State *L);

/* Pushes the response (of a plain request its body) and { status =, header_lines =, request_id = };
 * or nil and { status =, header_lines =, body = } where it is not a success, and
 * { ..., protocol = message } where its body can't be read. `headers`, a table with names in lower
 * case, is made of the lines when it is first asked for. Returns 2. The response's memory must
 * outlive the call, which may run finalizers. Raises where Lua is out of memory. */
int lrek_push_metadata(lua_State *L, const struct lrek_request *request,
                       const struct rek_http_response *response);
/* Pushes nil and { transport = { code =, message =, sent = } }. Returns 2. */
int lrek_push_no_response(lua_State *L, enum rek_http_result result,
                          const struct rek_http_failure *failure);

#endif
