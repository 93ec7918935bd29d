/* HTTP requests: the only user of libcurl. A request blocks until it is answered or has failed;
 * connections are kept open and used again. Certificates are always verified, redirects are never
 * followed, nothing is read from the process's environment. */
#ifndef REK_HTTP_H
#define REK_HTTP_H

#include "core/buffer.h"
#include "core/http_syntax.h"

enum rek_http_result {
    REK_HTTP_OK,        /* an answer came, whatever its status */
    REK_HTTP_REQUEST,   /* the request is malformed: nothing was sent */
    REK_HTTP_TIMEOUT,   /* connect_timeout_ms or timeout_ms ran out */
    REK_HTTP_CONNECT,   /* no address for the host, or no connection to it */
    REK_HTTP_TLS,       /* no trusted TLS connection */
    REK_HTTP_PROXY,     /* the proxy is unknown, refuses, or can't be understood */
    REK_HTTP_RESET,     /* the connection ended before the answer did */
    REK_HTTP_PROTOCOL,  /* the answer is not HTTP, or not as it says it is encoded */
    REK_HTTP_TOO_LARGE, /* the answer passes max_response_bytes, or 256 KiB of headers */
    REK_HTTP_MEMORY,
};

/* "ok", "request", "timeout", ...: the words of the enum above in lower case. */
const char *rek_http_result_name(enum rek_http_result result);

/* What 0 stands for in the options. The timeouts are botocore's habit (60 s) and a little over one
 * lost SYN (3.1 s); the other two are choices. */
enum {
    REK_HTTP_CONNECT_TIMEOUT_MS = 3100,
    REK_HTTP_TIMEOUT_MS = 60000,
    REK_HTTP_MAX_CONNECTIONS = 64,
    REK_HTTP_MAX_RESPONSE_BYTES = 64 << 20,
};

/* Everything may be zero. Strings are copied. */
struct rek_http_options {
    const char *http_proxy;  /* for http URLs: "http://user:password@host:port"; NULL or "": none */
    const char *https_proxy; /* for https URLs */
    const char *no_proxy;    /* hosts reached directly, as CURLOPT_NOPROXY takes them */
    const char *ca_bundle;   /* a PEM file or a hashed folder; NULL or "": the system's */
    size_t max_response_bytes; /* of one body, once decompressed */
    long max_connections;      /* kept open between requests */
    long connect_timeout_ms;   /* for requests that name none */
    long timeout_ms;
};

struct rek_http_request {
    struct rek_slice method; /* any token; "GET" and "get" are two methods, as HTTP has it */
    struct rek_slice url;    /* sent as it stands: absolute, http or https, percent-encoded */
    const struct rek_http_header *headers; /* Host, Content-Length, Accept-Encoding are added */
    size_t header_count;
    struct rek_slice body;   /* borrowed until rek_http_perform returns, never copied whole */
    long connect_timeout_ms; /* 0: the option's */
    long timeout_ms;         /* for everything, the connection and the body included; 0: likewise */
    bool direct;             /* by no proxy */
};

/* Belongs to the caller, who may use it for the next request as it is: its memory is used again. */
struct rek_http_response {
    long status;
    struct rek_buffer
        headers;            /* the answer's header lines as they came; see rek_http_next_header */
    struct rek_buffer body; /* gzip undone */
    bool reused;            /* no new connection was made */
};

struct rek_http;

/* Makes a client. REK_HTTP_OK, REK_HTTP_PROXY for a proxy that can't be understood, or
 * REK_HTTP_MEMORY. One thread may use a client at a time. After a fork the child's first request
 * starts with connections of its own and leaves the parent's alone. */
enum rek_http_result rek_http_new(struct rek_http **out, const struct rek_http_options *options)
    __attribute__((warn_unused_result));
/* Closes its connections. NULL is fine. */
void rek_http_free(struct rek_http *http);

/* Sends one request and waits for the answer. Unless REK_HTTP_OK comes back, the response is
 * empty and rek_http_message says why. */
enum rek_http_result rek_http_perform(struct rek_http *http, const struct rek_http_request *request,
                                      struct rek_http_response *response)
    __attribute__((warn_unused_result));

/* Whether the server may have read the last request, or a part of it: the connection was there, and
 * the request was handed over. */
bool rek_http_sent(const struct rek_http *http);

/* What went wrong in the last request, for people. Holds the URL's scheme, host and port at most:
 * no path, no query, no header, no password. */
const char *rek_http_message(const struct rek_http *http);

void rek_http_response_init(struct rek_http_response *response);
/* Makes it empty, and keeps its memory for the next request, up to 1 MiB. */
void rek_http_response_empty(struct rek_http_response *response);
/* Frees its memory. */
void rek_http_response_clear(struct rek_http_response *response);

#endif
