/* Scratch memory in a box: C memory that a codec function needs while it runs, held by a userdata,
 * so that an error raised in the middle leaks nothing. One box is kept for each Lua state and used
 * again. A call that meets another one under way (a finalizer may make one) gets a box of its own.
 */
#ifndef LREK_SCRATCH_H
#define LREK_SCRATCH_H

#include "binding/problems.h"
#include "core/arena.h"
#include "core/buffer.h"
#include "core/json_read.h"

#include <lua.h>

struct lrek_scratch {
    struct rek_arena arena;        /* load: the request struct */
    struct rek_buffer bytes;       /* load: a document's text; push: a decoded blob */
    struct lrek_problems problems; /* load */
    struct rek_json_reader reader; /* push */
    bool collected;                /* its finalizer has run */
};

/* Makes the metatable and the first box. Called once, when the module is opened. */
void lrek_open_scratch(lua_State *L);
/* Takes the box and pushes its userdata, which must stay on the stack while the box is in use.
 * Raises where Lua is out of memory, or where the Lua state is closing and has freed the box: a
 * finalizer calls, and what it made would never be freed. */
struct lrek_scratch *lrek_take_scratch(lua_State *L);
/* Empties the box at `index` of the stack and puts it back for the next call. */
void lrek_give_scratch(lua_State *L, int index);

#endif
