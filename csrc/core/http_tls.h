/* Whom TLS connections trust and what they show, read when a client is made: the only part of HTTP
 * that speaks to OpenSSL itself. Where libcurl was built with another library, it reads the files,
 * by their paths, when it connects. */
#ifndef REK_HTTP_TLS_H
#define REK_HTTP_TLS_H

#include "core/http.h"

struct rek_http_tls {
    bool uses_openssl;             /* libcurl does */
    char *ca_folder;               /* hashed, read as needed; NULL: none */
    char *ca_file;                 /* NULL: none was given */
    void *store;                   /* X509_STORE of ca_file, or NULL */
    struct rek_buffer client_cert; /* PEM */
    struct rek_buffer client_key;  /* PEM */
    bool was_asked;                /* a server asked for a certificate in a handshake */
    size_t unused_bytes;           /* that came since the last part of a response */
    bool is_flooded;               /* so many that a connection was ended */
};

/* A server can send frames of HTTP/2 that are no part of a response for as long as it likes, and
 * libcurl reads on without a look at the clock. This ends such a connection. A choice: four times
 * the headers that we take. */
enum { REK_HTTP_MAX_UNUSED_BYTES = 1 << 20 };

/* A part of a response came. */
static inline void rek_http_tls_note_progress(struct rek_http_tls *tls)
{
    tls->unused_bytes = 0;
}

/* Reads the files; NULL and "" stand for none. REK_HTTP_OK, REK_HTTP_CONFIG or REK_HTTP_MEMORY. */
REK_CHECKED enum rek_http_result rek_http_tls_read(struct rek_http_tls *tls, const char *ca_bundle,
                                                   const char *client_cert, const char *client_key,
                                                   struct rek_http_failure *failure);
void rek_http_tls_clear(struct rek_http_tls *tls);

/* Sets an easy handle up. False where there is no memory. */
REK_CHECKED bool rek_http_tls_set_up(struct rek_http_tls *tls, void *easy);

#endif
