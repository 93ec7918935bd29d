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
    struct MHD_Response *response; /* made, but not to be sent before `due` */
    unsigned status;
    double due; /* by the monotonic clock, in seconds */
    struct MHD_Connection *connection;
    struct httpd_request *next; /* among those that wait */
};

/* What became of a request. */
enum httpd_result {
    HTTPD_QUEUED, /* a response is on its way */
    HTTPD_WAITS,  /* a response is made, and must be sent `delay_s` later */
    HTTPD_DROP    /* the connection must end */
};

/* Calls the handler at stack index `handler`, which gets the request as httpd.c documents it, and
 * queues what it returns, or keeps it in the request where it must wait; instead of a handler that
 * fails, an empty 500, with its error on stderr. Raises nothing. */
enum httpd_result httpd_answer(lua_State *L, int handler, struct MHD_Connection *connection,
                               const char *method, struct httpd_request *request, double *delay_s);

/* listen.c: a socket that listens on a host's name or address. Raises a sentence if that can't be.
 */
int httpd_listen(lua_State *L, const char *host, lua_Integer port);
/* The port that it has. */
unsigned httpd_bound_port(int listener);

#endif
