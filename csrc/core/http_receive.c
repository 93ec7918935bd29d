#include "core/http_client.h"

/* Keeps the lines of the last header block before the body: interim answers (1xx) are dropped, as
 * are status lines and trailers. */
size_t rek_http_on_header(char *data, size_t size, size_t count, void *context)
{
    struct rek_http *http = context;
    struct rek_buffer *headers = &http->response->headers;
    size_t len = size * count;
    if (http->headers_ended) {
        if (len > 5 && memcmp(data, "HTTP/", 5) == 0) {
            http->headers_ended = false;
            headers->len = 0;
        }
        return len;
    }
    if (len <= 2 && (data[0] == '\r' || data[0] == '\n')) {
        http->headers_ended = true;
        return len;
    }
    if (len > REK_HTTP_MAX_HEADER_BYTES - headers->len) {
        http->too_large = true;
        return 0;
    }
    rek_buffer_append(headers, data, len);
    return headers->failed ? 0 : len;
}

/* The connection is there, tunnel and TLS included, and the request is what follows. */
int rek_http_on_ready(void *context, char *peer, char *local, int peer_port, int local_port)
{
    struct rek_http *http = context;
    (void)peer;
    (void)local;
    (void)peer_port;
    (void)local_port;
    http->sent = true;
    return CURL_PREREQFUNC_OK;
}

size_t rek_http_on_body(char *data, size_t size, size_t count, void *context)
{
    struct rek_http *http = context;
    struct rek_buffer *body = &http->response->body;
    size_t len = size * count;
    if (len > http->max_response_bytes - body->len) {
        http->too_large = true;
        return 0;
    }
    curl_off_t announced = -1;
    if (body->len == 0)
        curl_easy_getinfo(http->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (announced > 0 && (size_t)announced <= http->max_response_bytes)
        rek_buffer_reserve(body, (size_t)announced);
    rek_buffer_append(body, data, len);
    return body->failed ? 0 : len;
}
