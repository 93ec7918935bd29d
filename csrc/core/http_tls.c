#include "core/http_tls.h"

#include "core/alloc.h"
#include "core/http_internal.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

enum { MOST_BYTES = 16 << 20 }; /* of a file: a choice, far over what any has */

/* The system's certificates, once rek_http_preload_certificates has read them. */
static pthread_mutex_t system_lock = PTHREAD_MUTEX_INITIALIZER;
static X509_STORE *system_store;

static enum rek_http_result complain(struct rek_http_failure *failure, const char *option,
                                     const char *path, const char *why)
{
    snprintf(failure->message, sizeof failure->message, "%s: %s: %s", option, path, why);
    return REK_HTTP_CONFIG;
}

static enum rek_http_result read_file(struct rek_buffer *out, const char *option, const char *path,
                                      struct rek_http_failure *failure)
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        return complain(failure, option, path, strerror(errno));
    enum rek_http_result result = REK_HTTP_OK;
    while (result == REK_HTTP_OK && !feof(file)) {
        enum { CHUNK = 64 << 10 };
        char *room = rek_buffer_reserve(out, CHUNK);
        size_t got = room ? fread(room, 1, CHUNK, file) : 0;
        out->len += got;
        if (!room)
            result = REK_HTTP_MEMORY;
        else if (ferror(file))
            result = complain(failure, option, path, strerror(errno));
        else if (out->len > MOST_BYTES)
            result = complain(failure, option, path, "must be a PEM file of at most 16 MiB");
    }
    fclose(file);
    return result;
}

/* Instead of OpenSSL's own, which would ask on the terminal. */
static int no_password(char *buffer, int size, int writing, void *data)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)data;
    return -1;
}

/* Adds the certificates of a PEM text to the store; returns how many. A certificate that is there
 * already counts too. */
static int add_certificates(X509_STORE *store, const struct rek_buffer *pem)
{
    int count = 0;
    BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
    STACK_OF(X509_INFO) *found = bio ? PEM_X509_INFO_read_bio(bio, NULL, no_password, NULL) : NULL;
    for (int i = 0; found && i < sk_X509_INFO_num(found); i++) {
        const X509_INFO *item = sk_X509_INFO_value(found, i);
        if (item->x509)
            count += X509_STORE_add_cert(store, item->x509) == 1;
        if (item->crl)
            X509_STORE_add_crl(store, item->crl);
    }
    sk_X509_INFO_pop_free(found, X509_INFO_free);
    BIO_free(bio);
    ERR_clear_error();
    return count;
}

/* The store that libcurl would make: a certificate in the bundle is trusted, be it a root or not.
 */
static X509_STORE *make_store(const struct rek_buffer *pem, int *count)
{
    X509_STORE *store = X509_STORE_new();
    if (!store)
        return NULL;
    X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
    *count = add_certificates(store, pem);
    return store;
}

static bool copy_text(char **copy, const char *text)
{
    size_t size = strlen(text) + 1;
    *copy = rek_realloc(NULL, size);
    if (*copy)
        memcpy(*copy, text, size);
    return *copy != NULL;
}

static enum rek_http_result read_authorities(struct rek_http_tls *tls, const char *path,
                                             struct rek_http_failure *failure)
{
    struct stat found;
    if (stat(path, &found) != 0)
        return complain(failure, "ca_bundle", path, strerror(errno));
    if (S_ISDIR(found.st_mode))
        return copy_text(&tls->ca_folder, path) ? REK_HTTP_OK : REK_HTTP_MEMORY;
    if (!copy_text(&tls->ca_file, path))
        return REK_HTTP_MEMORY;
    struct rek_buffer pem;
    rek_buffer_init(&pem);
    int count = 0;
    enum rek_http_result result = read_file(&pem, "ca_bundle", path, failure);
    if (result == REK_HTTP_OK) {
        tls->store = make_store(&pem, &count);
        if (!tls->store)
            result = REK_HTTP_MEMORY;
        else if (count == 0)
            result = complain(failure, "ca_bundle", path,
                              "must hold certificates in PEM form, and holds none");
    }
    rek_buffer_clear(&pem);
    return result;
}

/* Whether the texts hold a certificate and its key. */
static const char *check_pair(const struct rek_buffer *cert_pem, const struct rek_buffer *key_pem)
{
    const char *why = NULL;
    BIO *cert_bio = BIO_new_mem_buf(cert_pem->data, (int)cert_pem->len);
    BIO *key_bio = BIO_new_mem_buf(key_pem->data, (int)key_pem->len);
    X509 *cert = cert_bio ? PEM_read_bio_X509(cert_bio, NULL, no_password, NULL) : NULL;
    EVP_PKEY *key = key_bio ? PEM_read_bio_PrivateKey(key_bio, NULL, no_password, NULL) : NULL;
    if (!cert)
        why = "client_cert must hold a certificate in PEM form";
    else if (!key)
        why = "client_key must hold an unencrypted private key in PEM form";
    else if (X509_check_private_key(cert, key) != 1)
        why = "client_key must be the key of the certificate in client_cert";
    X509_free(cert);
    EVP_PKEY_free(key);
    BIO_free(cert_bio);
    BIO_free(key_bio);
    ERR_clear_error();
    return why;
}

static enum rek_http_result read_identity(struct rek_http_tls *tls, const char *cert,
                                          const char *key, struct rek_http_failure *failure)
{
    const char *key_path = key && *key ? key : cert;
    enum rek_http_result result = read_file(&tls->client_cert, "client_cert", cert, failure);
    if (result == REK_HTTP_OK)
        result = read_file(&tls->client_key, "client_key", key_path, failure);
    const char *why =
        result == REK_HTTP_OK ? check_pair(&tls->client_cert, &tls->client_key) : NULL;
    if (!why)
        return result;
    snprintf(failure->message, sizeof failure->message, "%s (%s, %s)", why, cert, key_path);
    return REK_HTTP_CONFIG;
}

enum rek_http_result rek_http_tls_read(struct rek_http_tls *tls, const char *ca_bundle,
                                       const char *client_cert, const char *client_key,
                                       struct rek_http_failure *failure)
{
    const char *library = curl_version_info(CURLVERSION_NOW)->ssl_version;
    tls->uses_openssl = library && strncmp(library, "OpenSSL/", 8) == 0;
    enum rek_http_result result = REK_HTTP_OK;
    if (ca_bundle && *ca_bundle)
        result = read_authorities(tls, ca_bundle, failure);
    if (result == REK_HTTP_OK && client_cert && *client_cert)
        return read_identity(tls, client_cert, client_key, failure);
    if (result == REK_HTTP_OK && client_key && *client_key)
        return complain(failure, "client_key", client_key, "needs client_cert as well");
    return result;
}

void rek_http_tls_clear(struct rek_http_tls *tls)
{
    rek_free(tls->ca_folder);
    rek_free(tls->ca_file);
    if (tls->store)
        X509_STORE_free(tls->store);
    rek_buffer_clear(&tls->client_cert);
    rek_buffer_wipe(&tls->client_key);
    *tls = (struct rek_http_tls){0};
}

static X509_STORE *preloaded_store(void)
{
    pthread_mutex_lock(&system_lock);
    X509_STORE *store = system_store;
    pthread_mutex_unlock(&system_lock);
    return store;
}

/* The server asks for a certificate: in the handshake, where nothing was finished yet, or later. */
static int on_asked(SSL *ssl, void *context)
{
    struct rek_http_tls *tls = context;
    char none;
    if (SSL_get_finished(ssl, &none, 0) == 0)
        tls->was_asked = true;
    return 1;
}

/* OpenSSL's report of each record that comes. Where too many are of no use, the connection reads as
 * ended from now on. */
static void on_record(int is_written, int version, int type, const void *data, size_t len, SSL *ssl,
                      void *context)
{
    struct rek_http_tls *tls = context;
    const unsigned char *head = data;
    (void)version;
    if (is_written || type != SSL3_RT_HEADER || len < SSL3_RT_HEADER_LENGTH)
        return;
    tls->unused_bytes += ((size_t)head[3] << 8) + head[4];
    if (tls->unused_bytes <= REK_HTTP_MAX_UNUSED_BYTES)
        return;
    tls->unused_bytes = 0;
    tls->is_flooded = true;
    SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) | SSL_RECEIVED_SHUTDOWN);
}

/* libcurl's last word on a connection's settings is ours: whom to trust, no log of keys, which
 * libcurl writes where the process's environment has SSLKEYLOGFILE, and a bound on floods. */
static CURLcode on_context(CURL *easy, void *context, void *user)
{
    struct rek_http_tls *tls = user;
    (void)easy;
    SSL_CTX_set_keylog_callback(context, NULL);
    SSL_CTX_set_cert_cb(context, on_asked, tls);
    SSL_CTX_set_msg_callback(context, on_record);
    SSL_CTX_set_msg_callback_arg(context, tls);
    X509_STORE *store = tls->store;
    if (!store && !tls->ca_folder && !tls->ca_file)
        store = preloaded_store();
    if (store)
        SSL_CTX_set1_cert_store(context, store);
    return CURLE_OK;
}

static void set_authorities(const struct rek_http_tls *tls, CURL *easy)
{
    const char *folder = tls->ca_folder ? tls->ca_folder : rek_http_ca_folder();
    const char *file = NULL;
    if (tls->ca_file) {
        folder = NULL;
        file = tls->uses_openssl ? NULL : tls->ca_file;
    } else if (!tls->ca_folder && tls->uses_openssl && preloaded_store()) {
        folder = NULL; /* on_context has them; the files may be out of reach by now */
    } else if (!folder) {
        return; /* libcurl's own default */
    }
    curl_easy_setopt(easy, CURLOPT_CAINFO, file);
    curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, file);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, folder);
}

static bool set_identity(const struct rek_http_tls *tls, CURL *easy)
{
    struct curl_blob cert = {tls->client_cert.data, tls->client_cert.len, CURL_BLOB_NOCOPY};
    struct curl_blob key = {tls->client_key.data, tls->client_key.len, CURL_BLOB_NOCOPY};
    return tls->client_cert.len == 0 ||
           (curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &cert) == CURLE_OK &&
            curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key) == CURLE_OK &&
            curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "") == CURLE_OK);
}

bool rek_http_tls_set_up(struct rek_http_tls *tls, void *easy)
{
    set_authorities(tls, easy);
    if (tls->uses_openssl) {
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, tls);
    }
    return set_identity(tls, easy);
}

bool rek_http_preload_certificates(void)
{
    if (!rek_http_start_process()) /* which looks for the system's folder, for those of before */
        return false;
    static const char *const usual[] = {"/etc/ssl/certs/ca-certificates.crt",
                                        "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};
    struct rek_http_failure failure;
    struct rek_buffer pem;
    rek_buffer_init(&pem);
    const char *own = curl_version_info(CURLVERSION_NOW)->cainfo;
    enum rek_http_result result = own ? read_file(&pem, "", own, &failure) : REK_HTTP_CONFIG;
    for (size_t i = 0; result == REK_HTTP_CONFIG && i < sizeof usual / sizeof *usual; i++) {
        pem.len = 0;
        result = read_file(&pem, "", usual[i], &failure);
    }
    int count = 0;
    X509_STORE *store = result == REK_HTTP_OK ? make_store(&pem, &count) : NULL;
    rek_buffer_clear(&pem);
    pthread_mutex_lock(&system_lock);
    bool done = system_store || (store && count > 0);
    if (!system_store && done) {
        system_store = store;
        store = NULL;
    }
    pthread_mutex_unlock(&system_lock);
    X509_STORE_free(store);
    return done;
}
