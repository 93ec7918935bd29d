#include "binding/lrek.h"

void lrek_open_transport(lua_State *L)
{
    (void)L;
}
