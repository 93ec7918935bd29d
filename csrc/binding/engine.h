/* The engine as a Lua value, for attempt.c, which starts requests in it. */
#ifndef LREK_ENGINE_H
#define LREK_ENGINE_H

#include "binding/request.h"
#include "core/http_engine.h"

struct lrek_engine_slot;

/* Makes room for a request in the engine at `engine`; keeps the request and the token at those
 * places of the stack until it ends. Raises where there is no memory or the engine is closed. */
struct lrek_engine_slot *lrek_reserve_engine_slot(lua_State *L, int engine, int request, int token);
/* Starts it and pushes its id, or nil and { transport = }; returns how many values. */
int lrek_start_in_engine(lua_State *L, int engine, struct lrek_engine_slot *slot,
                         struct rek_http_client *client, struct lrek_request *request,
                         const struct rek_http_request *http_request);
/* Has engine:next return what came of it. The access key id at `key_id` and the clock's offset are
 * kept for one that fails. Allocates nothing. */
void lrek_land_engine_slot(lua_State *L, int engine, struct lrek_engine_slot *slot, int key_id,
                           lua_Number offset);
/* Frees the room. Allocates nothing. */
void lrek_give_engine_slot(lua_State *L, int engine, struct lrek_engine_slot *slot);

/* Ends what the state's engines have under way for a client that is closed. */
void lrek_drop_client(lua_State *L, const struct rek_http_client *client);

#endif
