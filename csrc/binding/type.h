/* Types of userdata that belong to this copy of the module. Lua's own (luaL_newmetatable) belong to
 * a Lua state, by name: where a host loads the module a second time, from another file, the two
 * copies would share metatables, though their structs may differ. A type here is known by the
 * address of its name, `static const char EXAMPLE[] = "rekognition.example"`. */
#ifndef LREK_TYPE_H
#define LREK_TYPE_H

#include <lua.h>

/* Pushes the type's metatable, which is made where there is none yet. */
void lrek_new_type(lua_State *L, const char *type);
/* Sets the type's metatable on the value on top. */
void lrek_set_type(lua_State *L, const char *type);
/* The userdata at `index`. Raises where it isn't one of this type. */
void *lrek_check_type(lua_State *L, int index, const char *type);

#endif
