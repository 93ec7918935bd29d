/* The inside of an HTTP client, shared by http*.c alone. */
#ifndef REK_HTTP_CLIENT_H
#define REK_HTTP_CLIENT_H

#include "core/http.h"

#include <curl/curl.h>

enum {
    REK_HTTP_MAX_METHOD = 32, /* with its NUL */
    REK_HTTP_MAX_HEADER_BYTES = 256 << 10,
};

/* A proxy, taken apart so that no message of libcurl's can show its password. The strings are
 * libcurl's. A NULL url is no proxy. */
struct rek_http_proxy {
    char *url;
    char *user;
    char *password;
};

/* One client: one easy handle, which keeps the connections. What stands in the handle from the
 * request before is noted here and set again only where it changes. */
struct rek_http {
    CURL *easy;
    unsigned generation; /* rek_fork_generation of the process that made `easy` */
    struct rek_http_proxy http_proxy;
    struct rek_http_proxy https_proxy;
    char *no_proxy;
    char *ca_bundle;
    size_t max_response_bytes;
    long max_connections;
    long connect_timeout_ms;
    long timeout_ms;

    struct rek_buffer url; /* as set, with a NUL; empty where none is */
    CURLU *parsed_url;     /* the same, so that libcurl needn't parse it for each request */
    size_t origin_len;     /* scheme, host and port, at the URL's front */
    const struct rek_http_proxy *proxy;
    char method[REK_HTTP_MAX_METHOD];
    long set_connect_timeout_ms; /* 0 where none is set yet */
    long set_timeout_ms;
    bool method_sends_body;
    bool large_body;
    bool takes_gzip;

    struct rek_buffer lines;  /* the request's header lines, each with a NUL */
    struct curl_slist *nodes; /* and the list of them */
    size_t node_capacity;

    struct rek_http_response *response; /* of the request under way */
    bool headers_ended;
    bool too_large;
    bool sent; /* libcurl began to send the request */
    char curl_message[CURL_ERROR_SIZE];
    char message[CURL_ERROR_SIZE + 300];
};

/* http_process.c: prepares libcurl for the process, at the first call. False where it can't. */
bool rek_http_start_process(void);
/* The system's folder of hashed certificates, or NULL where none is known. */
const char *rek_http_ca_folder(void);

/* http_proxy.c: takes "http://user:password@host:port" apart. NULL and "" are no proxy. */
enum rek_http_result rek_http_proxy_parse(struct rek_http_proxy *proxy, const char *text)
    __attribute__((warn_unused_result));
void rek_http_proxy_clear(struct rek_http_proxy *proxy);

/* http_prepare.c: makes the handle ready to send the request. Where the request is refused, the
 * client's message says why. */
enum rek_http_result rek_http_prepare(struct rek_http *http, const struct rek_http_request *request)
    __attribute__((warn_unused_result));

/* http_receive.c: libcurl's callbacks, with the client as their context. */
size_t rek_http_on_header(char *data, size_t size, size_t count, void *context);
int rek_http_on_ready(void *context, char *peer, char *local, int peer_port, int local_port);
size_t rek_http_on_body(char *data, size_t size, size_t count, void *context);

#endif
