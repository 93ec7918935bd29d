/* luaopen_rekognition_core: the C module that the Lua files stand on. */
#include "binding/hook.h"
#include "binding/luautil.h"
#include "binding/pool.h"
#include "binding/scratch.h"
#include "binding/service.h"
#include "core/version.h"
#include "services/rekognition/operations.h"

__attribute__((visibility("default"))) int luaopen_rekognition_core(lua_State *L);

int luaopen_rekognition_core(lua_State *L)
{
    lua_newtable(L);
    lua_pushliteral(L, REK_VERSION);
    lua_setfield(L, -2, "version");
    lrek_open_pool(L); /* first: see pool.h */
    lrek_open_scratch(L);
    lrek_open_hook(L);
    lrek_open_child(L);
    lrek_open_crypto(L);
    lrek_open_engine(L);
    lrek_open_files(L);
    lrek_open_interrupt(L);
    lrek_open_json(L);
    lrek_open_lock(L);
    lrek_open_modules(L);
    lrek_open_process(L);
    lrek_open_rate(L);
    lrek_open_request(L);
    lrek_open_service(L);
    lrek_open_sign(L);
    lrek_open_system(L);
    lrek_open_target(L);
    lrek_open_attempt(L);
    lrek_open_terminal(L);
    lrek_open_transport(L);
    lrek_push_service(L, &rekognition_service);
    lua_setfield(L, -2, "service");
    return 1;
}
