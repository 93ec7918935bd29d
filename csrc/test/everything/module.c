/* luaopen_everything: the module, and beside Rekognition a second service in the same state, the
 * made-up one, as the field `everything`. */
#include "binding/service.h"
#include "test/everything/service.h"

int luaopen_rekognition_core(lua_State *L);
__attribute__((visibility("default"))) int luaopen_everything(lua_State *L);

int luaopen_everything(lua_State *L)
{
    luaopen_rekognition_core(L);
    lrek_push_service(L, &everything_service);
    lua_setfield(L, -2, "everything");
    return 1;
}
