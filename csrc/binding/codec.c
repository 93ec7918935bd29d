#include "binding/lrek.h"

void lrek_open_codec(lua_State *L)
{
    (void)L;
}
