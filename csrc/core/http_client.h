/* An HTTP client: the options of its requests, and the connections that are kept open between them.
 * One thread may use a client at a time. After a fork the child's first request starts with
 * connections of its own and leaves the parent's alone. */
#ifndef REK_HTTP_CLIENT_H
#define REK_HTTP_CLIENT_H

#include "core/http.h"

/* What 0 stands for in the options. The timeouts are botocore's habit (60 s) and a little over one
 * lost SYN (3.1 s); the other two are choices. */
enum {
    REK_HTTP_CONNECT_TIMEOUT_MS = 3100,
    REK_HTTP_TIMEOUT_MS = 60000,
    REK_HTTP_MAX_CONNECTIONS = 64,
    REK_HTTP_MAX_RESPONSE_BYTES = 64 << 20,
};

/* Everything may be zero. Strings are copied; files are read when the client is made. */
struct rek_http_options {
    const char *http_proxy;  /* for http URLs: "http://user:password@host:port"; NULL or "": none */
    const char *https_proxy; /* for https URLs */
    const char *no_proxy;    /* hosts reached directly; see rek_http_is_direct */
    const char *ca_bundle;   /* a PEM file or a hashed folder; NULL or "": the system's */
    const char
        *client_cert; /* a PEM file: the certificate to show a server that asks, and its chain */
    const char *client_key;    /* a PEM file, unencrypted; NULL or "": it is in client_cert */
    size_t max_response_bytes; /* of one body, once decompressed */
    long max_connections;      /* kept open between requests */
    long connect_timeout_ms;   /* for requests that name none */
    long timeout_ms;
};

struct rek_http_client;

/* Makes a client. REK_HTTP_OK, REK_HTTP_CONFIG for an option that can't be used (the failure's
 * message names it and the remedy), or REK_HTTP_MEMORY. */
REK_CHECKED enum rek_http_result rek_http_client_new(struct rek_http_client **out,
                                                     const struct rek_http_options *options,
                                                     struct rek_http_failure *failure);
/* Closes its connections; the client must not be used after. A transfer that is under way ends with
 * REK_HTTP_CLOSED at its next look, and the memory goes with the last of them. NULL is fine. */
void rek_http_client_close(struct rek_http_client *client);

/* http_tls.c: reads the system's certificates into memory, for connections that are made after a
 * chroot, of clients without a ca_bundle. False where there are none to be read. */
bool rek_http_preload_certificates(void);

/* http_proxy.c: whether a list of exceptions, as NO_PROXY has it, names the host and port of the
 * URL's origin. Entries are separated by commas or blanks: "*" (all hosts), a host's name, with or
 * without a dot before it (the host and all below it), an address, IPv6 with or without brackets, a
 * network ("10.0.0.0/8"), each but the last with or without a port. */
bool rek_http_is_direct(struct rek_slice no_proxy, struct rek_slice origin);

#endif
