/* What the binding's files share: small readers and pushers, and the functions that open each part.
 * Each lrek_open_* adds its functions to the module's table, which is on top of the stack. The
 * binding returns what went wrong as plain tables; the Lua side makes `rekognition.error`s of them.
 * It raises for a programming slip only (luaL_argerror), and where memory ends. */
#ifndef LREK_LUAUTIL_H
#define LREK_LUAUTIL_H

#include "core/http_syntax.h"
#include "core/slice.h"

#include <lauxlib.h>
#include <lua.h>

void lrek_open_child(lua_State *L);     /* child.c: spawn, find_command */
void lrek_open_crypto(lua_State *L);    /* crypto.c: sha1_hex, es256_sign and others */
void lrek_open_engine(lua_State *L);    /* engine.c: engine, descriptor_limit */
void lrek_open_files(lua_State *L);     /* files.c: write_private */
void lrek_open_interrupt(lua_State *L); /* interrupt.c: on_interrupt, interrupted */
void lrek_open_json(lua_State *L);      /* json.c: read_json */
void lrek_open_lock(lua_State *L);      /* lock.c: lock_file, make_folder */
void lrek_open_modules(lua_State *L);   /* modules.c: bind, modules */
void lrek_open_process(lua_State *L);   /* process.c: run_process */
void lrek_open_rate(lua_State *L);      /* rate.c: reserve_rate, give_back_rate */
void lrek_open_request(lua_State *L);   /* request.c: plain_request */
void lrek_open_service(lua_State *L);   /* service.c: nothing; see lrek_push_service */
void lrek_open_sign(lua_State *L);      /* sign.c: sign */
void lrek_open_system(lua_State *L);    /* system.c: now, monotonic, sleep, random, uuid */
void lrek_open_target(lua_State *L);    /* target.c: target */
void lrek_open_attempt(lua_State *L);   /* attempt.c: the methods of a target */
void lrek_open_terminal(lua_State *L);  /* terminal.c: is_terminal, terminal_width */
void lrek_open_transport(lua_State *L); /* transport.c: transport, preload_certificates */

/* The bytes of the string at `index`, which is a string and nothing else. */
static inline struct rek_slice lrek_string_at(lua_State *L, int index)
{
    struct rek_slice string;
    string.data = lua_tolstring(L, index, &string.len);
    return string;
}

/* The string at `index`. Raises an argument error if it is not a string. */
struct rek_slice lrek_check_slice(lua_State *L, int index);
/* The same; {NULL, 0} for nil and none. */
struct rek_slice lrek_opt_slice(lua_State *L, int index);
/* Pushes the bytes; an empty string for {NULL, 0}. */
void lrek_push_slice(lua_State *L, struct rek_slice slice);

/* Pushes a field of the table at `index`, raw: a metamethod could run any code. Returns its type.
 */
int lrek_raw_field(lua_State *L, int index, const char *name);
/* The string in a field, which stays on the stack. Raises if it is not a string. */
struct rek_slice lrek_text_field(lua_State *L, int index, const char *name);
/* The same; {NULL, 0} where the field is nil. */
struct rek_slice lrek_opt_text_field(lua_State *L, int index, const char *name);
/* Whether a field is neither nil nor false. */
bool lrek_flag_field(lua_State *L, int index, const char *name);
/* Seconds as milliseconds, at least 1 and at most INT_MAX. */
long lrek_milliseconds(lua_Number seconds);

/* Pushes {name, value}. */
void lrek_push_pair(lua_State *L, struct rek_slice name, struct rek_slice value);
/* Reads {name, value} at `position` of the list at `index`. The slices hold as long as the list
 * does and nobody changes it. False where it is not a table of two strings. Allocates nothing. */
bool lrek_read_pair(lua_State *L, int index, lua_Integer position, struct rek_http_header *pair);

#endif
