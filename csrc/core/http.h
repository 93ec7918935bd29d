/* HTTP requests over libcurl: what a request and its response are, and what can go wrong. A client
 * (http_client.h) has the options and keeps the connections; a transfer (http_transfer.h) is one
 * request under way. Certificates are always verified, redirects are never followed, a request is
 * sent once and never again by libcurl itself, nothing is read from the process's environment. */
#ifndef REK_HTTP_H
#define REK_HTTP_H

#include "core/buffer.h"
#include "core/checked.h"
#include "core/http_syntax.h"

enum rek_http_result {
    REK_HTTP_OK,        /* a response came, whatever its status */
    REK_HTTP_REQUEST,   /* the request is malformed: nothing was sent */
    REK_HTTP_TIMEOUT,   /* connect_timeout_ms or timeout_ms ran out */
    REK_HTTP_CONNECT,   /* no address for the host, or no connection to it */
    REK_HTTP_TLS,       /* no trusted TLS connection: a certificate or the protocol is at fault */
    REK_HTTP_PROXY,     /* the proxy is unknown, refuses, or can't be understood */
    REK_HTTP_RESET,     /* the connection ended before the response did */
    REK_HTTP_PROTOCOL,  /* the response is not HTTP, or not as it says it is encoded */
    REK_HTTP_TOO_LARGE, /* the response passes max_response_bytes, or 256 KiB of headers */
    REK_HTTP_MEMORY,
    REK_HTTP_CONFIG,  /* an option of a client can't be used */
    REK_HTTP_CLOSED,  /* the client was closed while the transfer was under way */
    REK_HTTP_STOPPED, /* whoever waited asked for the end */
};

/* "ok", "request", "timeout", ...: the words of the enum above in lower case. */
const char *rek_http_result_name(enum rek_http_result result);

struct rek_http_request {
    struct rek_slice method; /* any token; "GET" and "get" are two methods, as HTTP has it */
    struct rek_slice url;    /* sent as it stands: absolute, http or https, percent-encoded */
    const struct rek_http_header *headers; /* Host, Content-Length, Accept-Encoding are added */
    size_t header_count;
    size_t checked_count; /* so many of the first were found to be well-formed before */
    const struct rek_http_header *front; /* the one of them that is sent first, or NULL */
    struct rek_slice body;               /* borrowed until the transfer ends, never copied whole */
    long connect_timeout_ms;             /* 0: the client's */
    long timeout_ms; /* for everything, the connection and the body included; 0: likewise */
    bool direct;     /* by no proxy */
};

/* Belongs to the caller, who may use it for the next request as it is: its memory is used again. */
struct rek_http_response {
    long status;
    struct rek_buffer headers; /* the header lines as they came; see rek_http_next_header */
    struct rek_buffer body;    /* gzip undone */
    bool reused;               /* no new connection was made */
};

void rek_http_response_init(struct rek_http_response *response);
/* Makes it empty, and keeps its memory for the next request, up to 1 MiB. */
void rek_http_response_empty(struct rek_http_response *response);
/* Frees its memory. */
void rek_http_response_clear(struct rek_http_response *response);

/* Why there is no response. */
struct rek_http_failure {
    /* Whether the server may have read the request, or a part of it. */
    bool sent;
    /* For people. Holds the URL's scheme, host and port at most: no path, no query, no header, no
     * password. */
    char message[512];
};

#endif
