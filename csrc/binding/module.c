/* luaopen_rekognition_core: the C module that the Lua files stand on. */
#include "binding/lrek.h"
#include "core/version.h"

__attribute__((visibility("default"))) int luaopen_rekognition_core(lua_State *L);

int luaopen_rekognition_core(lua_State *L)
{
    lua_newtable(L);
    lua_pushliteral(L, REK_VERSION);
    lua_setfield(L, -2, "version");
    lrek_open_caller(L);
    lrek_open_child(L);
    lrek_open_codec(L);
    lrek_open_digest(L);
    lrek_open_files(L);
    lrek_open_interrupt(L);
    lrek_open_lock(L);
    lrek_open_precompiled(L);
    lrek_open_process(L);
    lrek_open_sign(L);
    lrek_open_system(L);
    lrek_open_terminal(L);
    lrek_open_transport(L);
    return 1;
}
