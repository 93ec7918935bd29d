/* Hooks of Lua while a call waits. lua.c answers SIGINT by setting one, another thread or a host
 * may do so too; none of them runs while C waits. Here the binding looks for them, from time to
 * time. */
#ifndef LREK_HOOK_H
#define LREK_HOOK_H

#include "core/http_transfer.h"

#include <lua.h>
#include <stdbool.h>

struct lrek_hook {
    lua_State *L;
    lua_State *main; /* NULL until it is known */
    lua_Hook seen;   /* the hook that ran last */
    double last_run; /* when, in seconds of the monotonic clock */
    bool raised;     /* what it raised is on top of L's stack */
};

/* Called once, when the module is opened. */
void lrek_open_hook(lua_State *L);
/* Starts to watch; the watch holds as long as the hook. */
struct rek_http_watch lrek_watch_hook(lua_State *L, struct lrek_hook *hook);
/* For a hook: whether it runs because C waits, and not between two steps of Lua. */
bool lrek_is_wait(lua_State *L, lua_Debug *activation);

#endif
