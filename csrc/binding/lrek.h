/* What the binding's files share. Each lrek_open_* adds its functions to the module's table, which
 * is on top of the stack. The binding returns what went wrong as plain tables; the Lua side makes
 * `rekognition.error`s of them. It raises for a programming slip only (luaL_argerror). */
#ifndef LREK_H
#define LREK_H

#include <lauxlib.h>
#include <lua.h>

void lrek_open_caller(lua_State *L);      /* caller.c: caller */
void lrek_open_child(lua_State *L);       /* child.c: spawn, find_command */
void lrek_open_codec(lua_State *L);       /* codec.c: operations, encode, decode */
void lrek_open_digest(lua_State *L);      /* digest.c: sha1_hex, es256_sign and others */
void lrek_open_files(lua_State *L);       /* files.c: write_private */
void lrek_open_interrupt(lua_State *L);   /* interrupt.c: on_interrupt, interrupted */
void lrek_open_lock(lua_State *L);        /* lock.c: lock_file, make_folder */
void lrek_open_precompiled(lua_State *L); /* precompiled.c: precompiled */
void lrek_open_process(lua_State *L);     /* process.c: run_process */
void lrek_open_sign(lua_State *L);        /* sign.c: sign */
void lrek_open_system(lua_State *L);      /* system.c: now, monotonic, sleep, random, uuid */
void lrek_open_terminal(lua_State *L);    /* terminal.c: is_terminal, terminal_width */
void lrek_open_transport(lua_State *L);   /* transport.c: transport */

#endif
