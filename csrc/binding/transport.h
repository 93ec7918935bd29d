/* The HTTP client as a Lua value, for the binding's other files. */
#ifndef LREK_TRANSPORT_H
#define LREK_TRANSPORT_H

#include "core/http.h"

#include <lua.h>

/* The client of the transport at `index`. Raises an argument error where there is none, or where it
 * has been closed. Use it at once: a finalizer that
 * runs when Lua next allocates may close it. */
struct rek_http *lrek_check_transport(lua_State *L, int index);

/* Pushes a response's headers as {{name, value}, ...}, in their order. */
void lrek_push_headers(lua_State *L, struct rek_slice lines);

#endif
