#include "core/http.h"

#include "core/alloc.h"
#include "core/fork.h"
#include "core/http_client.h"

#include <stdio.h>

enum { KEPT_BODY = 1 << 20 }; /* the memory of a body beyond this is freed */

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
    };
    return names[result];
}

static bool copy_text(char **copy, const char *text)
{
    *copy = NULL;
    if (!text || !*text)
        return true;
    size_t size = strlen(text) + 1;
    *copy = rek_realloc(NULL, size);
    if (*copy)
        memcpy(*copy, text, size);
    return *copy != NULL;
}

enum rek_http_result rek_http_new(struct rek_http **out, const struct rek_http_options *options)
{
    *out = NULL;
    struct rek_http *http = rek_http_start_process() ? rek_realloc(NULL, sizeof *http) : NULL;
    if (!http)
        return REK_HTTP_MEMORY;
    *http = (struct rek_http){
        .max_response_bytes =
            options->max_response_bytes ? options->max_response_bytes : REK_HTTP_MAX_RESPONSE_BYTES,
        .max_connections =
            options->max_connections ? options->max_connections : REK_HTTP_MAX_CONNECTIONS,
        .connect_timeout_ms =
            options->connect_timeout_ms ? options->connect_timeout_ms : REK_HTTP_CONNECT_TIMEOUT_MS,
        .timeout_ms = options->timeout_ms ? options->timeout_ms : REK_HTTP_TIMEOUT_MS,
    };
    enum rek_http_result result = REK_HTTP_MEMORY;
    if (copy_text(&http->no_proxy, options->no_proxy) &&
        copy_text(&http->ca_bundle, options->ca_bundle))
        result = rek_http_proxy_parse(&http->http_proxy, options->http_proxy);
    if (result == REK_HTTP_OK)
        result = rek_http_proxy_parse(&http->https_proxy, options->https_proxy);
    if (result == REK_HTTP_OK)
        *out = http;
    else
        rek_http_free(http);
    return result;
}

void rek_http_free(struct rek_http *http)
{
    if (!http)
        return;
    if (http->easy && http->generation == rek_fork_generation())
        curl_easy_cleanup(http->easy);
    curl_url_cleanup(http->parsed_url);
    rek_http_proxy_clear(&http->http_proxy);
    rek_http_proxy_clear(&http->https_proxy);
    rek_free(http->no_proxy);
    rek_free(http->ca_bundle);
    rek_free(http->nodes);
    rek_buffer_clear(&http->url);
    rek_buffer_wipe(&http->lines);
    rek_free(http);
}

bool rek_http_sent(const struct rek_http *http)
{
    return http->sent;
}

const char *rek_http_message(const struct rek_http *http)
{
    return http->message;
}

void rek_http_response_init(struct rek_http_response *response)
{
    *response = (struct rek_http_response){0};
}

void rek_http_response_clear(struct rek_http_response *response)
{
    rek_buffer_clear(&response->headers);
    rek_buffer_clear(&response->body);
    rek_http_response_init(response);
}

void rek_http_response_empty(struct rek_http_response *response)
{
    if (response->body.capacity > KEPT_BODY || response->body.failed)
        rek_buffer_clear(&response->body);
    if (response->headers.failed)
        rek_buffer_clear(&response->headers);
    response->body.len = 0;
    response->headers.len = 0;
    response->status = 0;
    response->reused = false;
}

static enum rek_http_result classify(const struct rek_http *http, CURLcode code)
{
    long connect_status = 0;
    if (http->too_large)
        return REK_HTTP_TOO_LARGE;
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return REK_HTTP_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
        return REK_HTTP_CONNECT;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
        return REK_HTTP_PROXY;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_USE_SSL_FAILED:
        return REK_HTTP_TLS;
    case CURLE_RECV_ERROR: /* also what libcurl makes of a proxy's refusal to CONNECT */
        curl_easy_getinfo(http->easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
        return connect_status >= 300 ? REK_HTTP_PROXY : REK_HTTP_RESET;
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return REK_HTTP_RESET;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_WRITE_ERROR: /* a callback found no memory */
        return REK_HTTP_MEMORY;
    case CURLE_URL_MALFORMAT:
        return REK_HTTP_REQUEST;
    default:
        return REK_HTTP_PROTOCOL;
    }
}

static enum rek_http_result fail(struct rek_http *http, CURLcode code)
{
    enum rek_http_result result = classify(http, code);
    const char *why = http->curl_message[0] ? http->curl_message : curl_easy_strerror(code);
    if (result == REK_HTTP_TOO_LARGE)
        why = "the answer is larger than max_response_bytes allows, or its headers than 256 KiB";
    else if (result == REK_HTTP_MEMORY)
        why = "not enough memory";
    size_t origin_len = http->origin_len < 256 ? http->origin_len : 256;
    snprintf(http->message, sizeof http->message, "%s (%.*s)", why, (int)origin_len,
             http->url.data);
    return result;
}

enum rek_http_result rek_http_perform(struct rek_http *http, const struct rek_http_request *request,
                                      struct rek_http_response *response)
{
    rek_http_response_empty(response);
    http->message[0] = '\0';
    http->sent = false;
    enum rek_http_result result = rek_http_prepare(http, request);
    if (result == REK_HTTP_MEMORY)
        snprintf(http->message, sizeof http->message, "not enough memory");
    if (result != REK_HTTP_OK)
        return result;
    http->response = response;
    http->headers_ended = true;
    http->too_large = false;
    http->curl_message[0] = '\0';
    CURLcode code = curl_easy_perform(http->easy);
    http->response = NULL;
    if (code == CURLE_OK && !http->headers_ended) { /* libcurl takes that for the whole answer */
        code = CURLE_PARTIAL_FILE;
        snprintf(http->curl_message, sizeof http->curl_message,
                 "the connection ended in the headers");
    }
    if (code != CURLE_OK) {
        result = fail(http, code);
        rek_http_response_empty(response);
        return result;
    }
    long connections = 0;
    curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &response->status);
    curl_easy_getinfo(http->easy, CURLINFO_NUM_CONNECTS, &connections);
    response->reused = connections == 0;
    return REK_HTTP_OK;
}
