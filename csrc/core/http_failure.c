/* What libcurl's codes mean. docs/errors.md has the words; spec/http/codes_spec.lua a case for each
 * code that can come. */
#include "core/http_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *rek_http_result_name(enum rek_http_result result)
{
    static const char *const names[] = {
        [REK_HTTP_OK] = "ok",
        [REK_HTTP_REQUEST] = "request",
        [REK_HTTP_TIMEOUT] = "timeout",
        [REK_HTTP_CONNECT] = "connect",
        [REK_HTTP_TLS] = "tls",
        [REK_HTTP_PROXY] = "proxy",
        [REK_HTTP_RESET] = "reset",
        [REK_HTTP_PROTOCOL] = "protocol",
        [REK_HTTP_TOO_LARGE] = "too_large",
        [REK_HTTP_MEMORY] = "memory",
        [REK_HTTP_CONFIG] = "config",
        [REK_HTTP_CLOSED] = "closed",
        [REK_HTTP_STOPPED] = "stopped",
    };
    return names[result];
}

/* What OpenSSL's numbers mean, "error:0A000086:" in a message: the last six digits. Words may come
 * in the host's language, numbers don't. An alert that came from the server is 1000 and the alert's
 * number (RFC 8446, section 6). */
enum {
    NO_REASON = 0,
    UNEXPECTED_END = 0x126, /* an end without a farewell */
    WRONG_VERSION_NUMBER = 0x10B,
    HTTP_REQUEST = 0x9C,
    PACKET_LENGTH_TOO_LONG = 0xC6,
    ALERT = 1000,                       /* the alert 0 is a farewell */
    ALERT_BAD_CERTIFICATE = ALERT + 42, /* the first of those about a certificate */
    ALERT_ACCESS_DENIED = ALERT + 49,   /* the last */
    ALERT_INTERNAL_ERROR = ALERT + 80,
    ALERT_USER_CANCELED = ALERT + 90,
    ALERT_CERTIFICATE_REQUIRED = ALERT + 116,
};

static long openssl_reason(const struct rek_http_transfer *t)
{
    static const char mark[] = "error:0A";
    const char *found = t->client->tls.uses_openssl ? strstr(t->curl_message, mark) : NULL;
    return found ? strtol(found + sizeof mark - 1, NULL, 16) : NO_REASON;
}

/* Whether the server's TLS refuses the certificate that it was shown, or that there was none. */
static bool is_about_certificate(long reason)
{
    return (reason >= ALERT_BAD_CERTIFICATE && reason <= ALERT_ACCESS_DENIED) ||
           reason == ALERT_CERTIFICATE_REQUIRED;
}

/* An end that has nothing to do with what was sent. */
static bool is_end(long reason)
{
    return reason == UNEXPECTED_END || reason == ALERT || reason == ALERT_INTERNAL_ERROR ||
           reason == ALERT_USER_CANCELED;
}

/* libcurl has one code for all that can go wrong in a TLS handshake. OpenSSL's own faults have its
 * number in the message; without one the connection itself broke. */
static enum rek_http_result of_handshake(const struct rek_http_transfer *t)
{
    if (!t->client->tls.uses_openssl)
        return REK_HTTP_TLS;
    bool is_fault = strstr(t->curl_message, "error:") && !is_end(openssl_reason(t));
    return is_fault ? REK_HTTP_TLS : REK_HTTP_RESET;
}

/* With TLS 1.3 the client's handshake is over before the server has looked at its certificate: the
 * refusal comes when the response is read, or while the request is sent. */
static enum rek_http_result of_exchange(const struct rek_http_transfer *t)
{
    long reason = openssl_reason(t);
    return reason >= ALERT && !is_end(reason) ? REK_HTTP_TLS : REK_HTTP_RESET;
}

/* What libcurl makes of a proxy's refusal to make a tunnel is also what it makes of a broken
 * connection, or, in newer ones (8.23), of one that could not be made. */
static enum rek_http_result of_tunnel(const struct rek_http_transfer *t,
                                      enum rek_http_result otherwise)
{
    long connect_status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    return connect_status >= 300 ? REK_HTTP_PROXY : otherwise;
}

/* A line of header that is longer than libcurl takes (100 KB) is the same to it as no memory. */
static enum rek_http_result of_memory(const struct rek_http_transfer *t, int why)
{
    bool in_headers = t->is_ready && (t->header_bytes == 0 || !t->headers_ended);
    return in_headers && why != ENOMEM ? REK_HTTP_TOO_LARGE : REK_HTTP_MEMORY;
}

static bool is_tls_fault(CURLcode code)
{
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
           code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CIPHER ||
           code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CLIENTCERT ||
           code == CURLE_SSL_INVALIDCERTSTATUS || code == CURLE_USE_SSL_FAILED;
}

/* By a proxy only the proxy's name is looked up; newer libcurls (8.23) have one code for both. */
static enum rek_http_result of_lookup(const struct rek_http_transfer *t)
{
    return t->proxy && t->proxy->url ? REK_HTTP_PROXY : REK_HTTP_CONNECT;
}

/* Chunks that are malformed have the code of a broken connection, and a text that names them. So do
 * those whose trailers are longer than libcurl 7.88 takes (4 KB), or find no memory: "Out of
 * memory". */
static enum rek_http_result of_receiving(const struct rek_http_transfer *t, int why)
{
    if (!strstr(t->curl_message, "chunk"))
        return of_tunnel(t, of_exchange(t));
    if (strncmp(t->curl_message, "Out of memory", 13) != 0)
        return REK_HTTP_PROTOCOL;
    return why == ENOMEM ? REK_HTTP_MEMORY : REK_HTTP_TOO_LARGE;
}

enum { TOO_LARGE = 100 }; /* CURLE_TOO_LARGE of 8.6.0: headers past libcurl's own limits */

static enum rek_http_result classify(const struct rek_http_transfer *t, CURLcode code, int why)
{
    if (t->fault != REK_HTTP_OK)
        return t->fault;
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return REK_HTTP_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_HOST: /* also where there was no memory, or no thread, to ask with */
        return why == ENOMEM ? REK_HTTP_MEMORY : of_lookup(t);
    case CURLE_COULDNT_CONNECT:
        return of_tunnel(t, REK_HTTP_CONNECT);
    case CURLE_INTERFACE_FAILED:
        return REK_HTTP_CONNECT;
    case CURLE_COULDNT_RESOLVE_PROXY:
        return why == ENOMEM ? REK_HTTP_MEMORY : REK_HTTP_PROXY;
    case CURLE_PROXY:
        return REK_HTTP_PROXY;
    case CURLE_SSL_CONNECT_ERROR:
        return of_handshake(t);
    case CURLE_RECV_ERROR:
        return of_receiving(t, why);
    case CURLE_SEND_ERROR:
        return of_exchange(t);
    case CURLE_ABORTED_BY_CALLBACK: /* rek_http_on_ready: a second sending */
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return REK_HTTP_RESET;
    case CURLE_OUT_OF_MEMORY:
        return of_memory(t, why);
    case CURLE_URL_MALFORMAT: /* newer ones (8.14) also where there is no memory for a copy */
        return why == ENOMEM || strcmp(t->curl_message, "No URL set") == 0 ? REK_HTTP_MEMORY
                                                                           : REK_HTTP_REQUEST;
    default:
        if ((int)code == TOO_LARGE)
            return REK_HTTP_TOO_LARGE;
        return is_tls_fault(code) ? REK_HTTP_TLS : REK_HTTP_PROTOCOL;
    }
}

/* What to do about it, or "". */
static const char *remedy(const struct rek_http_transfer *t, enum rek_http_result result)
{
    const struct rek_http_tls *tls = &t->client->tls;
    long reason = openssl_reason(t);
    if (result != REK_HTTP_TLS && result != REK_HTTP_RESET)
        return "";
    bool is_other = reason == WRONG_VERSION_NUMBER || reason == HTTP_REQUEST ||
                    reason == PACKET_LENGTH_TOO_LONG;
    if (is_other && !t->is_ready) /* later, the connection is broken */
        return "; the server does not speak TLS there: check the port, or use http://";
    if (tls->client_cert.len == 0)
        return tls->was_asked && reason != UNEXPECTED_END && t->header_bytes == 0
                   ? "; the server asks for a client certificate: set client_cert and client_key"
                   : "";
    return is_about_certificate(reason) ? "; the server refuses the certificate in client_cert"
                                        : "";
}

static const char *describe(const struct rek_http_transfer *t, enum rek_http_result result,
                            CURLcode code)
{
    if (result == REK_HTTP_TOO_LARGE && t->fault == REK_HTTP_OK && code == CURLE_RECV_ERROR)
        return "the trailers of the response are too long, or there is not enough memory";
    if (result == REK_HTTP_TOO_LARGE && code == CURLE_OUT_OF_MEMORY && t->fault == REK_HTTP_OK)
        return "a line of the response's headers is over 100 KB, or there is not enough memory";
    if (result == REK_HTTP_TOO_LARGE)
        return "the response is larger than max_response_bytes allows, or its headers are over "
               "256 KiB or too many";
    if (result == REK_HTTP_MEMORY)
        return "not enough memory";
    if (t->fault_message)
        return t->fault_message;
    if (t->client->tls.is_flooded && result == REK_HTTP_RESET)
        return "the server sent over 1 MiB of frames without a response";
    if (t->stream_refused)
        return "the server refused the request before it read it (HTTP/2)";
    bool has_gone = strncmp(t->curl_message, "getpeername", 11) == 0; /* all that it says then */
    if (result == REK_HTTP_RESET && (code == CURLE_ABORTED_BY_CALLBACK || has_gone))
        return "the connection ended before the response";
    return t->curl_message[0] ? t->curl_message : curl_easy_strerror(code);
}

/* Whether the server's handshake failed, so that it read nothing behind it. It had asked within the
 * handshake: later it may have read the request. */
static bool was_refused(const struct rek_http_transfer *t)
{
    long connections = 0;
    curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connections);
    return connections > 0 && t->client->tls.was_asked && is_about_certificate(openssl_reason(t));
}

/* Whether the request, or a part of it, was handed over to a connection that may have a reader. */
static bool was_sent(const struct rek_http_transfer *t)
{
    long sent = 0;
    if (!t->is_ready || t->had_ended || t->stream_refused || was_refused(t))
        return false;
    curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent);
    return sent > t->size_when_ready;
}

/* The length of a proxy's scheme, host and port. */
static size_t proxy_len(const char *url)
{
    const char *host = strstr(url, "://");
    size_t scheme = host ? (size_t)(host + 3 - url) : 0;
    return scheme + strcspn(url + scheme, "/");
}

/* Whether `count` more descriptors, of three at most, can be opened. */
static bool can_open(int count)
{
    int fds[3], opened = 0;
    while (opened < count && (fds[opened] = rek_http_open_probe()) >= 0)
        opened++;
    bool is_limit = opened < count && (errno == EMFILE || errno == ENFILE);
    for (int i = 0; i < opened; i++)
        close(fds[i]);
    return !is_limit;
}

/* A socket without a descriptor: libcurl says that nobody listens. A lookup without one: that there
 * is no such host, or (as errno) no memory. */
static bool lacks_descriptors(const struct rek_http_transfer *t, CURLcode code)
{
    if (t->fault != REK_HTTP_OK || t->is_ready)
        return false;
    if (code == CURLE_COULDNT_CONNECT)
        return !can_open(1);
    bool is_lookup = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
                     code == CURLE_OUT_OF_MEMORY;
    return is_lookup && !can_open(3); /* a pair of its own, and what it asks with */
}

/* Where the request was to go, and by which proxy: it may come from the environment, unseen. */
enum rek_http_result rek_http_explain(struct rek_http_transfer *t, CURLcode code)
{
    int why = errno;
    if (lacks_descriptors(t, code)) {
        t->fault = REK_HTTP_CONNECT;
        t->fault_message = REK_HTTP_TOO_MANY_FILES;
    }
    enum rek_http_result result = classify(t, code, why);
    size_t origin_len = t->origin_len < 200 ? t->origin_len : 200;
    const char *proxy = t->proxy && t->proxy->url ? t->proxy->url : NULL;
    size_t by = proxy ? proxy_len(proxy) : 0;
    t->failure.sent = was_sent(t);
    snprintf(t->failure.message, sizeof t->failure.message, "%s%s (%.*s%s%.*s)",
             describe(t, result, code), remedy(t, result), (int)origin_len,
             t->url.data ? t->url.data : "", proxy ? " by the proxy " : "",
             (int)(by < 200 ? by : 200), proxy ? proxy : "");
    return result;
}
