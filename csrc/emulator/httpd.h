/* What the files of the module rekognition.emulator.httpd share. */
#ifndef EMULATOR_HTTPD_H
#define EMULATOR_HTTPD_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include <microhttpd.h>

/* A request on its way in; libmicrohttpd keeps one for each connection that has begun one. */
struct httpd_request {
    char *target; /* as on the request line, or NULL when memory was short */
    char *body;
    size_t len;
    size_t capacity;
    unsigned refusal; /* why there is no body, as an HTTP status, or 0 */
    bool begun;
};

/* Calls the handler at stack index `handler`, which gets the request as httpd.c documents it, and
 * queues what it returns; in the place of a handler that fails, an empty 500, with its error on
 * stderr. Raises nothing. */
enum MHD_Result httpd_answer(lua_State *L, int handler, struct MHD_Connection *connection,
                             const char *method, const struct httpd_request *request);

#endif
