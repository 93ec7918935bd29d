/* Scratch memory in a box: C memory that the codec's functions need while they run, held by an
 * object of the pool, so that an error raised in the middle leaks nothing. */
#ifndef LREK_SCRATCH_H
#define LREK_SCRATCH_H

#include "binding/pool.h"
#include "binding/problems.h"
#include "core/arena.h"
#include "core/buffer.h"
#include "core/json_read.h"

#include <lua.h>

struct lrek_scratch {
    struct lrek_object object;
    struct rek_arena arena;        /* load: the request struct */
    struct rek_buffer bytes;       /* load: a document's text; push: a decoded blob */
    struct lrek_problems problems; /* load */
    struct rek_json_reader reader; /* push */
};

/* Called once, when the module is opened. */
void lrek_open_scratch(lua_State *L);
/* Takes a box and pushes it: it must stay on the stack while it is in use. */
struct lrek_scratch *lrek_take_scratch(lua_State *L);
/* Empties the box at `index` of the stack and puts it back for the next call. */
void lrek_give_scratch(lua_State *L, int index);

#endif
