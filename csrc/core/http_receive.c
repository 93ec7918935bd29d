#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* POLLRDHUP */
#endif
#include "core/http_internal.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

void rek_http_forbid_reuse(struct rek_http_transfer *t, bool forbidden)
{
    if (t->forbids_reuse == forbidden)
        return;
    t->forbids_reuse = forbidden;
    curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, forbidden ? 1L : 0L);
}

static size_t fail(struct rek_http_transfer *t, enum rek_http_result fault, const char *message)
{
    t->fault = fault;
    t->fault_message = message;
    rek_http_forbid_reuse(t, true); /* who knows what else comes on this connection */
    return 0;                       /* ends the transfer */
}

static size_t fail_too_large(struct rek_http_transfer *t)
{
    return fail(t, REK_HTTP_TOO_LARGE, NULL);
}

/* One coding of a list: of the body's codings only gzip, once, can be undone. */
static void note_one_coding(struct rek_http_transfer *t, struct rek_slice name)
{
    if (name.len == 0 || rek_http_same_name(name, REK_SLICE("identity")))
        return;
    bool is_gzip = rek_http_same_name(name, REK_SLICE("gzip")) ||
                   rek_http_same_name(name, REK_SLICE("x-gzip"));
    t->coding = is_gzip && t->coding == REK_CODING_NONE ? REK_CODING_GZIP : REK_CODING_UNKNOWN;
}

/* Looks for the codings of the body, which few responses have: a list, maybe with empty elements,
 * in one line or more (RFC 9110, 5.6.1 and 8.4). Every line comes by. */
static void note_coding(struct rek_http_transfer *t, const char *line, size_t len)
{
    static const struct rek_slice name = {"content-encoding:", 17};
    if (len < name.len || line[16] != ':' ||
        !rek_http_same_name(rek_slice_of(line, name.len), name))
        return;
    const char *at = line + name.len, *end = line + len;
    while (end > at && (end[-1] == '\r' || end[-1] == '\n'))
        end--;
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        note_one_coding(t, rek_http_trim(rek_slice_of(at, (size_t)(stop - at))));
        at = stop + 1;
    }
}

/* Appends a line to the one before it, whose value it continues: obsolete, and one blank to those
 * who receive it (RFC 9112, 5.2). */
static void unfold(struct rek_buffer *headers, struct rek_slice line)
{
    while (headers->len > 0 &&
           (headers->data[headers->len - 1] == '\r' || headers->data[headers->len - 1] == '\n'))
        headers->len--;
    rek_buffer_append(headers, " ", 1);
    while (line.len > 0 && (*line.data == ' ' || *line.data == '\t')) {
        line.data++;
        line.len--;
    }
    rek_buffer_append(headers, line.data, line.len);
}

/* Keeps the lines of the last header block before the body: interim responses (1xx) are dropped, as
 * are status lines and trailers. All count. */
size_t rek_http_on_header(char *data, size_t size, size_t count, void *context)
{
    struct rek_http_transfer *t = context;
    struct rek_buffer *headers = &t->response->headers;
    size_t len = size * count;
    rek_http_tls_note_progress(&t->client->tls);
    if (len > REK_HTTP_MAX_HEADER_BYTES - t->header_bytes)
        return fail_too_large(t);
    t->header_bytes += len;
    if (t->headers_ended) {
        if (len > 5 && memcmp(data, "HTTP/", 5) == 0) {
            t->headers_ended = false;
            headers->len = 0;
            t->coding = REK_CODING_NONE;
        }
        return len;
    }
    if (len <= 2 && (data[0] == '\r' || data[0] == '\n')) {
        t->headers_ended = true;
        return len;
    }
    if ((data[0] == ' ' || data[0] == '\t') && headers->len > 0) {
        unfold(headers, rek_slice_of(data, len));
    } else {
        note_coding(t, data, len);
        rek_buffer_append(headers, data, len);
    }
    return headers->failed ? fail(t, REK_HTTP_MEMORY, NULL) : len;
}

/* libcurl hands bodies over as they are on the wire: it fails for gzip that it could read. */
static enum rek_http_gzip_result begin_body(struct rek_http_transfer *t)
{
    curl_off_t announced = -1;
    long status = 0;
    t->body_began = true;
    if (t->coding == REK_CODING_GZIP)
        return rek_http_gzip_start(&t->gzip);
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    if (t->coding == REK_CODING_UNKNOWN && status < 300)
        return REK_GZIP_BROKEN; /* an error says enough by its status and its headers */
    curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (announced > 0 && (size_t)announced <= t->client->max_response_bytes)
        rek_buffer_reserve(&t->response->body, (size_t)announced);
    return REK_GZIP_OK;
}

static size_t fail_body(struct rek_http_transfer *t, enum rek_http_gzip_result result)
{
    if (result == REK_GZIP_TOO_LARGE)
        return fail_too_large(t);
    if (result == REK_GZIP_NO_MEMORY)
        return fail(t, REK_HTTP_MEMORY, NULL);
    return fail(t, REK_HTTP_PROTOCOL,
                t->coding == REK_CODING_GZIP
                    ? "the response says that it is gzip, and is not"
                    : "the response is encoded in a way that was not asked for");
}

size_t rek_http_on_body(char *data, size_t size, size_t count, void *context)
{
    struct rek_http_transfer *t = context;
    struct rek_buffer *body = &t->response->body;
    size_t len = size * count;
    size_t limit = t->client->max_response_bytes;
    rek_http_tls_note_progress(&t->client->tls);
    enum rek_http_gzip_result result = t->body_began ? REK_GZIP_OK : begin_body(t);
    if (result == REK_GZIP_OK && t->coding == REK_CODING_GZIP)
        result = rek_http_gzip_unpack(&t->gzip, rek_slice_of(data, len), limit, body);
    if (result != REK_GZIP_OK)
        return fail_body(t, result);
    if (t->coding == REK_CODING_GZIP)
        return len;
    if (len > limit - body->len)
        return fail_too_large(t);
    rek_buffer_append(body, data, len);
    return body->failed ? fail(t, REK_HTTP_MEMORY, NULL) : len;
}

/* The socket, if it is the one with this local port. */
static curl_socket_t checked_socket(curl_socket_t fd, int local_port)
{
    struct sockaddr_storage own = {0};
    socklen_t len = sizeof own;
    if (fd == CURL_SOCKET_BAD || getsockname(fd, (struct sockaddr *)&own, &len) != 0)
        return CURL_SOCKET_BAD;
    int port = own.ss_family == AF_INET    ? ntohs(((struct sockaddr_in *)&own)->sin_port)
               : own.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&own)->sin6_port)
                                           : 0;
    return port == local_port ? fd : CURL_SOCKET_BAD;
}

/* The connection's socket. Older libcurls name it only after the request, and may name that of the
 * request before. */
static curl_socket_t find_socket(const struct rek_http_transfer *t, int local_port)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &fd);
    return checked_socket(fd, local_port);
}

/* Whether the server had closed its end before the request is handed over. POLLRDHUP also sees that
 * where bytes came before the end, as TLS's farewell does; without it only a bare end is seen. */
static bool has_ended(curl_socket_t fd)
{
    if (fd == CURL_SOCKET_BAD)
        return false;
#ifdef POLLRDHUP
    struct pollfd look = {.fd = fd, .events = POLLRDHUP};
    return poll(&look, 1, 0) == 1 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR));
#else
    char byte;
    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
#endif
}

/* After a response: the connection that the next request may find again. To look for its socket
 * costs more the more connections there are, so an engine's transfers don't; nor does one whose
 * connection is known from the request before. A frame of HTTP/2 may come at any time. */
void rek_http_note_kept(struct rek_http_transfer *t)
{
    long version = CURL_HTTP_VERSION_NONE;
    if (t->poller || (t->connections == 0 && t->kept_port == t->local_port))
        return;
    t->kept = CURL_SOCKET_BAD;
    t->kept_port = t->local_port;
    curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &version);
    if (version == CURL_HTTP_VERSION_1_0 || version == CURL_HTTP_VERSION_1_1)
        curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &t->kept);
}

/* Whether there are bytes on it that nobody has asked for: they are no response to what is asked
 * next (RFC 9112, section 9.2). Older libcurls (7.88) take them for one. */
static bool is_unclean(const struct rek_http_transfer *t, int local_port)
{
    char byte;
    curl_socket_t fd = checked_socket(t->kept, local_port);
    return fd != CURL_SOCKET_BAD && recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

/* libcurl looks before it uses a connection again, but newer ones (8.23, curl's pull request 22169)
 * only once a second: then we look ourselves. */
static bool looks_itself(void)
{
    return rek_http_curl_version() < 0x081700;
}

/* Notes whether the connection was made for this request. */
static void note_connection(struct rek_http_transfer *t)
{
    long connections = 0;
    curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connections);
    t->is_first = connections > t->connections;
    t->connections = connections;
    if (!t->is_first)
        t->client->reuses++;
    t->reuses = t->client->reuses;
}

/* libcurl wants to send a request again that a server may have read. It does so where a connection
 * that was used again ended without a byte; and where HTTP/2 said that the stream was not looked at
 * (GOAWAY, REFUSED_STREAM, HTTP_1_1_REQUIRED). If nobody has used a connection again, it is the
 * latter. Otherwise libcurl does not tell us, and the request may have been read. The new
 * connection is not kept: the next request on it would count as one that uses a connection again.
 */
static int refuse_second_sending(struct rek_http_transfer *t)
{
    t->stream_refused = t->is_first && t->reuses == t->client->reuses;
    t->resent = true;
    rek_http_forbid_reuse(t, true);
    return CURL_PREREQFUNC_ABORT;
}

/* Nothing was sent on it, and it is closed: rek_http_perform takes another one. */
static int refuse_connection(struct rek_http_transfer *t)
{
    t->is_ready = false;
    t->is_unclean = true;
    fail(t, REK_HTTP_RESET, "the server had sent what nobody asked for");
    return CURL_PREREQFUNC_ABORT;
}

/* The connection is there, tunnel and TLS included, and the request is what follows. libcurl comes
 * here a second time where the connection ended without a response and it is about to send the
 * request again on another one. That goes unseen where the first connection had ended before the
 * request was handed over (nobody could respond there), or never got a byte of it. Else the service
 * may have read the request: whether it is sent again is for the loop of attempts to say.
 * Where the socket is not known, the first request counts.
 * A new tunnel counts among the bytes that were sent: where it is not known how long its request
 * is, it is taken for ours, which at worst makes one more attempt. */
int rek_http_on_ready(void *context, char *peer, char *local, int peer_port, int local_port)
{
    struct rek_http_transfer *t = context;
    long sent = 0;
    (void)peer;
    (void)local;
    (void)peer_port;
    curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent);
    if (t->is_ready && !t->had_ended && sent - t->size_when_ready > t->tunnel_size)
        return refuse_second_sending(t);
    bool is_second = t->is_ready;
    note_connection(t);
    if (!is_second && sent > 0 && t->connections == 1)
        t->tunnel_size = sent;
    t->is_ready = true;
    t->local_port = local_port;
    t->size_when_ready = sent;
    if (!is_second && t->connections == 0 && !t->poller && is_unclean(t, local_port))
        return refuse_connection(t);
    t->had_ended = !looks_itself() && has_ended(find_socket(t, local_port));
    return CURL_PREREQFUNC_OK;
}

CURLcode rek_http_check_end(struct rek_http_transfer *t)
{
    if (!t->headers_ended) /* libcurl takes that for the whole response */
        t->fault_message = "the connection ended in the headers";
    else if (t->coding == REK_CODING_GZIP && !rek_http_gzip_is_whole(&t->gzip))
        t->fault_message = "the connection ended in the middle of a gzip body";
    else
        return CURLE_OK;
    return CURLE_PARTIAL_FILE;
}
