#include "binding/lrek.h"

void lrek_open_sign(lua_State *L)
{
    (void)L;
}
