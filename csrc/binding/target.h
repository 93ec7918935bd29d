/* Where requests go, and how they are signed for it. */
#ifndef LREK_TARGET_H
#define LREK_TARGET_H

#include "binding/pool.h"
#include "core/sigv4.h"

struct lrek_target {
    struct lrek_object object;
    struct rek_signer signer;
    struct rek_buffer text;   /* what the slices point to */
    struct rek_slice url;     /* as given */
    struct rek_slice origin;  /* its scheme, host and port */
    struct rek_slice path;    /* the rest, which may be empty */
    struct rek_slice host;    /* for the Host header */
    struct rek_slice region;  /* empty: nothing can be signed */
    struct rek_slice service; /* the signing name */
    bool s3;                  /* the path is signed as it stands, and the body's hash is sent */
    bool direct;              /* by no proxy */
    long connect_timeout_ms;
    long timeout_ms;
    lua_Integer max_attempts;
    lua_Integer attempt; /* the one whose header is in attempt_text, where that is not empty */
    char attempt_text[64];
    int attempt_len;
};

struct lrek_target *lrek_check_target(lua_State *L, int index);

/* Pushes the table of a target's methods, which attempt.c fills. */
void lrek_push_target_methods(lua_State *L);

#endif
