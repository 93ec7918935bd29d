/* The engine as a userdata: what it has, and how that is freed. */
#include "binding/engine_internal.h"

#include "core/alloc.h"

#include <limits.h>
#include <math.h>

/* The requests aren't touched: where the state closes, they may be gone. */
void lrek_clear_engine(void *object)
{
    struct lrek_engine *engine = object;
    rek_http_engine_free(engine->core);
    engine->core = NULL;
    for (size_t i = 0; i < engine->slot_count; i++) {
        rek_http_job_release(&engine->slots[i]->job);
        rek_http_response_clear(&engine->slots[i]->response);
        rek_free(engine->slots[i]);
    }
    rek_free(engine->slots);
    engine->slots = NULL;
    engine->free_slots = engine->landing = NULL;
    engine->slot_count = engine->slot_capacity = 0;
}

const struct lrek_kind lrek_engine_kind = {
    .name = "rekognition.engine",
    .size = sizeof(struct lrek_engine),
    .clear = lrek_clear_engine,
};

struct lrek_engine *lrek_check_engine(lua_State *L, int index)
{
    struct lrek_engine *engine = lrek_check_object(L, index, &lrek_engine_kind);
    luaL_argcheck(L, engine->core, index, "the engine is closed");
    return engine;
}

int lrek_engine_milliseconds(lua_Number seconds)
{
    if (!(seconds > 0))
        return seconds < 0 ? -1 : 0;
    lua_Number rounded = ceil(seconds * 1000);
    return rounded < INT_MAX ? (int)rounded : INT_MAX;
}
