/* The arguments of sign: reading them, without metamethods, and telling what is wrong with them. */
#ifndef LREK_SIGN_INTERNAL_H
#define LREK_SIGN_INTERNAL_H

#include "core/sigv4.h"

#include <lua.h>

/* Where things lie on the stack of a call: the arguments, and the tables inside them. */
enum { LREK_SIGN_REQUEST = 1, LREK_SIGN_OPTIONS, LREK_SIGN_HEADERS, LREK_SIGN_CREDENTIALS };

/* The upvalue of sign that holds the names of the fields that are read. With them at hand, reading
 * allocates nothing: the collector, and with it a finalizer that changes the caller's tables, can't
 * run between the reading and the signing. */
enum { LREK_SIGN_NAMES = 1 };
void lrek_push_sign_names(lua_State *L);

/* What is wrong: a path into the arguments and what should be there. Until something is, how many
 * fields were there. */
struct lrek_complaint {
    const char *where; /* "request", "options" or "options.credentials" */
    const char *field; /* or NULL: the table itself */
    size_t header;     /* from 1, or 0 */
    int part;          /* of the header: 1 its name, 2 its value, or 0 */
    const char *message;
    size_t fields_read;
};

/* Checks that the stack holds two tables, and pushes the tables inside them, so that they outlive
 * the call. Sets *header_count, and *complaint, which goes through all of the reading. */
bool lrek_push_sign_parts(lua_State *L, size_t *header_count, struct lrek_complaint *complaint);
/* The slices hold as long as the caller's tables do. */
bool lrek_read_sign_options(lua_State *L, struct rek_sigv4_options *options,
                            struct lrek_complaint *complaint);
/* Pushes those strings of the options that are part of what is sent: they then hold whatever
 * becomes of the caller's tables. */
void lrek_hold_sign_options(lua_State *L);
/* `headers` has room for request->header_count. */
bool lrek_read_sign_request(lua_State *L, struct rek_sigv4_request *request,
                            struct rek_http_header *headers, struct lrek_complaint *complaint);
/* Whether the tables hold fields that were not read: their names may be misspelled. */
bool lrek_has_other_fields(lua_State *L, const struct lrek_complaint *complaint);

/* What signing refused, as a place in the arguments. */
void lrek_locate_sign_error(enum rek_sigv4_error error, size_t bad_header,
                            struct lrek_complaint *complaint);
/* Pushes nil and the complaint as a table {path, message}; returns 2. */
int lrek_push_complaint(lua_State *L, const struct lrek_complaint *complaint);

#endif
