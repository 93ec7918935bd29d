/* The HTTP client as a Lua value, for the binding's other files. */
#ifndef LREK_TRANSPORT_H
#define LREK_TRANSPORT_H

#include "core/http_client.h"

#include <lua.h>

/* The client of the transport at `index`. Raises an argument error where there is none, or where it
 * has been closed. Use it before Lua next allocates: a finalizer may close it. */
struct rek_http_client *lrek_check_transport(lua_State *L, int index);

#endif
