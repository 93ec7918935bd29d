#include "core/http_internal.h"

#include <sys/socket.h>
#include <unistd.h>

enum {
    BUFFER_BYTES = 16384,
    ENGINE_BUFFER_BYTES = 4096, /* for a response: a thousand requests have one each */
};

/* Children don't inherit a connection, not even one that is forked while it is made. `context` is
 * the poller of the engine that it belongs to, or NULL. */
static curl_socket_t on_open_socket(void *context, curlsocktype purpose,
                                    struct curl_sockaddr *address)
{
    int type = address->socktype;
    (void)purpose;
#ifdef SOCK_CLOEXEC
    type |= SOCK_CLOEXEC;
#endif
    curl_socket_t fd = socket(address->family, type, address->protocol);
    if (context)
        rek_poller_adopt(context, fd);
    return fd;
}

/* The poller is that of the engine in which the connection was made. */
static int on_close_socket(void *context, curl_socket_t fd)
{
    if (context)
        rek_poller_release(context, fd);
    return close(fd);
}

/* Before each lookup of a name, in which libcurl opens a pair of sockets and starts a thread. */
static int on_lookup(void *resolver, void *reserved, void *context)
{
    const struct rek_http_transfer *t = context;
    (void)resolver;
    (void)reserved;
    if (!t->lookup->noted)
        rek_http_note_descriptors(t->lookup);
    return 0;
}

static bool set_callbacks(struct rek_http_transfer *t, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->curl_message);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, rek_http_on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, rek_http_on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
    curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, on_lookup);
    curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, t);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, t);
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, rek_http_on_ready) == CURLE_OK;
}

/* Verification of certificates is libcurl's default; there is no option that touches it. The system
 * resolver works in a thread of its own: with QUICK_EXIT nobody waits for it, neither at a deadline
 * nor at the end, which is why the module must never be unloaded. */
bool rek_http_set_up(struct rek_http_transfer *t)
{
    CURL *easy = t->easy;
    bool good = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L); /* the path was signed as it stands */
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    good &= curl_easy_setopt(easy, CURLOPT_NOPROXY, "") == CURLE_OK; /* or the environment's */
    good &= set_callbacks(t, easy);
    return good && rek_http_tls_set_up(&t->client->tls, easy);
}

/* Over TLS, whether a connection can be shared (HTTP/2) is known after its handshake, for which it
 * is worth waiting. In clear text it would be known after the first response: nobody waits for
 * that.
 */
static bool speaks_tls(const struct rek_http_transfer *t)
{
    return t->url.data[4] == 's' || t->url.data[4] == 'S';
}

void rek_http_tune(struct rek_http_transfer *t, struct rek_poller *poller)
{
    bool waits = poller && speaks_tls(t);
    if (!t->poller != !poller)
        curl_easy_setopt(t->easy, CURLOPT_BUFFERSIZE,
                         poller ? (long)ENGINE_BUFFER_BYTES : (long)BUFFER_BYTES);
    if (t->poller != poller) {
        curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, poller);
        curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETDATA, poller);
    }
    if (t->waits_for_pipe != waits)
        curl_easy_setopt(t->easy, CURLOPT_PIPEWAIT, waits ? 1L : 0L);
    t->poller = poller;
    t->waits_for_pipe = waits;
}
