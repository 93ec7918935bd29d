/* A service as a Lua value: its operations, its requests, its responses. */
#ifndef LREK_SERVICE_H
#define LREK_SERVICE_H

#include "core/shape.h"

#include <lua.h>

/* Pushes the service's value, made at the first time. */
void lrek_push_service(lua_State *L, const struct rek_service *service);

#endif
