/* The inside of HTTP clients and transfers, shared by http_*.c alone.
 *
 * An engine that drives many transfers (http_engine.h): rek_http_transfer_take, _start, then
 * curl_multi_add_handle(multi, transfer->easy) with a multi handle of its own. Where
 * curl_multi_info_read says that an easy handle is done, CURLINFO_PRIVATE is its transfer:
 * curl_multi_remove_handle, then rek_http_transfer_finish with libcurl's code (errno, set to 0
 * before curl_multi_perform, tells it whether memory ended), then, once the response was used,
 * rek_http_transfer_give. To end one early: curl_multi_remove_handle, rek_http_transfer_abort,
 * rek_http_transfer_give. `client->closed` says that it must end; `client->generation` that the
 * process was forked, so that multi handles of before must be left alone. A multi handle
 * (rek_http_new_multi) serves one client: libcurl would let another one use its connections,
 * whomever that one trusts. */
#ifndef REK_HTTP_INTERNAL_H
#define REK_HTTP_INTERNAL_H

#include "core/http_gzip.h"
#include "core/http_tls.h"
#include "core/http_transfer.h"
#include "core/poller.h"

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

/* The two lowest descriptors that were free before libcurl opened some of its own. */
struct rek_http_gap {
    bool noted;
    int first;
    int second;
};

struct rek_http_client {
    unsigned users; /* the owner, and each transfer that was taken */
    bool closed;
    CURLM *multi;        /* of requests that are waited for */
    unsigned generation; /* rek_fork_generation of the process that made `multi` */
    struct rek_http_transfer *spares;
    size_t spare_count;
    size_t most_spares;
    void (*free_spare)(struct rek_http_transfer *transfer); /* set by whoever makes transfers */

    struct rek_http_proxy http_proxy;
    struct rek_http_proxy https_proxy;
    struct rek_buffer no_proxy;
    struct rek_http_tls tls;
    struct rek_http_gap lookup; /* of `multi`: noted where libcurl began to look up a name */
    unsigned long reuses;       /* requests that took a connection which was there */
    size_t max_response_bytes;
    long max_connections;
    long connect_timeout_ms;
    long timeout_ms;
};

/* What stands in the easy handle from the request before is noted here and set again only where it
 * changes. */
/* What a failure says then. */
#define REK_HTTP_TOO_MANY_FILES "too many files are open; raise `ulimit -n`"

struct rek_http_transfer {
    struct rek_http_transfer *next; /* among the client's spares */
    struct rek_http_client *client;
    struct rek_http_job *job;    /* an engine's */
    struct rek_http_gap *lookup; /* of the multi handle that it goes into */
    struct rek_poller *poller;   /* of the engine that it was last set up for; it may be gone */
    CURL *easy;

    struct rek_buffer url; /* as set, with a NUL; empty where none is */
    CURLU *parsed_url;     /* the same, so that libcurl needn't parse it for each request */
    size_t origin_len;     /* scheme, host and port, at the URL's front */
    const struct rek_http_proxy *proxy;
    char method[REK_HTTP_MAX_METHOD];
    long set_connect_timeout_ms; /* 0 where none is set yet */
    long set_timeout_ms;
    bool method_sends_body;
    bool large_body;
    bool size_is_set;
    bool forbids_reuse;  /* CURLOPT_FORBID_REUSE is set */
    bool waits_for_pipe; /* CURLOPT_PIPEWAIT is set */

    struct rek_buffer lines;  /* the request's header lines, each with a NUL */
    struct curl_slist *nodes; /* and the list of them */
    size_t node_capacity;

    struct rek_http_response *response; /* of the request under way */
    struct rek_http_gzip gzip;
    enum rek_http_result fault; /* found by a callback of ours, which ended the transfer */
    const char *fault_message;  /* static text, or NULL */
    size_t header_bytes;        /* interim responses' included */
    bool headers_ended;
    bool body_began;
    enum { REK_CODING_NONE, REK_CODING_GZIP, REK_CODING_UNKNOWN } coding;

    bool is_ready;        /* libcurl was about to send the request */
    bool had_ended;       /* the server had closed that connection then: it can't respond on it */
    bool resent;          /* libcurl wanted to send it a second time, and counts that on */
    bool stream_refused;  /* HTTP/2: the server said that it has not read it */
    bool is_unclean;      /* the server had sent on it what nobody asked for */
    bool is_first;        /* the last connection that was made for it was */
    bool done;            /* libcurl is done with it */
    int local_port;       /* of the connection */
    curl_socket_t kept;   /* the last response's, where that may be used again for HTTP/1.1 */
    int kept_port;        /* its local port */
    long connections;     /* that were made for it until then */
    unsigned long reuses; /* the client's, then */
    long size_when_ready; /* CURLINFO_REQUEST_SIZE then: what a tunnel took */
    long tunnel_size;     /* what the last new tunnel took, for this origin; 0: not known */
    CURLcode code;        /* with which libcurl is done with it, if it is */
    char curl_message[CURL_ERROR_SIZE];
    struct rek_http_failure failure;
};

/* http_process.c: prepares libcurl for the process, at the first call. False where it can't. */
bool rek_http_start_process(void);
/* The version of the libcurl that is loaded, as 0x075801 is 7.88.1. */
unsigned rek_http_curl_version(void);
/* The system's folder of hashed certificates, or NULL where none is known. */
const char *rek_http_ca_folder(void);

/* http_proxy.c: takes "http://user:password@host:port" apart. NULL and "" are no proxy. */
REK_CHECKED enum rek_http_result rek_http_proxy_parse(struct rek_http_proxy *proxy,
                                                      const char *text);
void rek_http_proxy_clear(struct rek_http_proxy *proxy);

/* http_client.c: lets go of the client; the last one frees it. */
void rek_http_client_release(struct rek_http_client *client);
/* So many more spares are kept, or fewer: those beyond are freed. */
void rek_http_client_keep_more(struct rek_http_client *client, size_t count);
void rek_http_client_keep_fewer(struct rek_http_client *client, size_t count);
/* The multi handle of requests that are waited for, made where there is none. NULL: no memory. */
CURLM *rek_http_client_multi(struct rek_http_client *client);
/* A multi handle with the client's options. */
CURLM *rek_http_new_multi(const struct rek_http_client *client);

/* http_descriptors.c: keeps what libcurl opens for itself from the process's children. */
void rek_http_note_descriptors(struct rek_http_gap *gap);
/* After curl_multi_init. */
void rek_http_hide_wakeup(CURLM *multi, const struct rek_http_gap *gap);
/* After libcurl moved, where the gap was noted; not again until it is noted again. */
void rek_http_hide_lookups(CURLM *multi, struct rek_http_gap *gap);
/* Opens a socket, closed to children, to see which number is free. -1: errno says why. */
int rek_http_open_probe(void);

/* http_setup.c: for requests of an engine, which has this poller, or (NULL) for one that is waited
 * for. */
void rek_http_tune(struct rek_http_transfer *transfer, struct rek_poller *poller);
/* What holds for every request of the client's transfers. */
REK_CHECKED bool rek_http_set_up(struct rek_http_transfer *transfer);

/* http_prepare.c: sets what this request needs. Where it is refused, the failure says why. */
REK_CHECKED enum rek_http_result rek_http_prepare(struct rek_http_transfer *transfer,
                                                  const struct rek_http_request *request);

/* http_receive.c: libcurl's callbacks, with the transfer as their context. */
size_t rek_http_on_header(char *data, size_t size, size_t count, void *context);
size_t rek_http_on_body(char *data, size_t size, size_t count, void *context);
int rek_http_on_ready(void *context, char *peer, char *local, int peer_port, int local_port);
/* After a response, while the handle is still in use. */
void rek_http_note_kept(struct rek_http_transfer *transfer);
/* The connection is closed after this request, once all that share it have left. */
void rek_http_forbid_reuse(struct rek_http_transfer *transfer, bool forbidden);
/* What remains to be looked at where all bytes came. */
CURLcode rek_http_check_end(struct rek_http_transfer *transfer);

/* http_failure.c: what libcurl's code means; fills the failure. */
enum rek_http_result rek_http_explain(struct rek_http_transfer *transfer, CURLcode code);

/* http_transfer.c: after libcurl is done with the easy handle, and it is in no multi handle. */
enum rek_http_result rek_http_transfer_finish(struct rek_http_transfer *transfer, CURLcode code);
/* The same for one that ends early, of that result. */
void rek_http_transfer_abort(struct rek_http_transfer *transfer, enum rek_http_result result,
                             const char *message);
/* The same where there is no multi handle, as `errno` says: newer releases of libcurl (8.23) need a
 * descriptor to make one. */
enum rek_http_result rek_http_transfer_strand(struct rek_http_transfer *transfer);

#endif
