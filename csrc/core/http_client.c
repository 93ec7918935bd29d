#include "core/alloc.h"
#include "core/fork.h"
#include "core/http_internal.h"

#include <errno.h>
#include <stdio.h>

enum { KEPT_TRANSFERS = 4 }; /* of requests that are waited for: one within the other */

static bool copy_options(struct rek_http_client *client, const struct rek_http_options *options)
{
    client->max_response_bytes =
        options->max_response_bytes ? options->max_response_bytes : REK_HTTP_MAX_RESPONSE_BYTES;
    client->max_connections =
        options->max_connections ? options->max_connections : REK_HTTP_MAX_CONNECTIONS;
    client->connect_timeout_ms =
        options->connect_timeout_ms ? options->connect_timeout_ms : REK_HTTP_CONNECT_TIMEOUT_MS;
    client->timeout_ms = options->timeout_ms ? options->timeout_ms : REK_HTTP_TIMEOUT_MS;
    if (options->no_proxy)
        rek_buffer_append_slice(&client->no_proxy, rek_slice_cstr(options->no_proxy));
    return !client->no_proxy.failed;
}

static enum rek_http_result fill(struct rek_http_client *client,
                                 const struct rek_http_options *options,
                                 struct rek_http_failure *failure)
{
    if (!copy_options(client, options))
        return REK_HTTP_MEMORY;
    const char *scheme = "http";
    enum rek_http_result result = rek_http_proxy_parse(&client->http_proxy, options->http_proxy);
    if (result == REK_HTTP_OK) {
        scheme = "https";
        result = rek_http_proxy_parse(&client->https_proxy, options->https_proxy);
    }
    if (result == REK_HTTP_CONFIG)
        snprintf(failure->message, sizeof failure->message,
                 "the %s proxy must be http://user:password@host:port (or https, socks5, socks5h), "
                 "with what is not a letter or a digit in user and password percent-encoded, and "
                 "no control character",
                 scheme);
    if (result == REK_HTTP_OK)
        result = rek_http_tls_read(&client->tls, options->ca_bundle, options->client_cert,
                                   options->client_key, failure);
    return result;
}

enum rek_http_result rek_http_client_new(struct rek_http_client **out,
                                         const struct rek_http_options *options,
                                         struct rek_http_failure *failure)
{
    *out = NULL;
    failure->sent = false;
    snprintf(failure->message, sizeof failure->message, "not enough memory");
    struct rek_http_client *client =
        rek_http_start_process() ? rek_realloc(NULL, sizeof *client) : NULL;
    if (!client)
        return REK_HTTP_MEMORY;
    *client = (struct rek_http_client){.users = 1, .most_spares = KEPT_TRANSFERS};
    enum rek_http_result result = fill(client, options, failure);
    if (result == REK_HTTP_OK)
        *out = client;
    else
        rek_http_client_release(client);
    return result;
}

static void free_spares(struct rek_http_client *client, size_t most)
{
    while (client->spare_count > most) {
        struct rek_http_transfer *transfer = client->spares;
        client->spares = transfer->next;
        client->spare_count--;
        client->free_spare(transfer);
    }
}

void rek_http_client_keep_more(struct rek_http_client *client, size_t count)
{
    client->most_spares += count;
}

void rek_http_client_keep_fewer(struct rek_http_client *client, size_t count)
{
    client->most_spares -= count;
    free_spares(client, client->most_spares);
}

void rek_http_client_release(struct rek_http_client *client)
{
    if (--client->users > 0)
        return;
    free_spares(client, 0);
    if (client->multi && client->generation == rek_fork_generation())
        curl_multi_cleanup(client->multi);
    rek_http_proxy_clear(&client->http_proxy);
    rek_http_proxy_clear(&client->https_proxy);
    rek_http_tls_clear(&client->tls);
    rek_buffer_clear(&client->no_proxy);
    rek_free(client);
}

void rek_http_client_close(struct rek_http_client *client)
{
    if (!client || client->closed)
        return;
    client->closed = true;
    rek_http_client_release(client);
}

CURLM *rek_http_new_multi(const struct rek_http_client *client)
{
    struct rek_http_gap gap;
    rek_http_note_descriptors(&gap);
    errno = 0; /* see rek_http_transfer_strand */
    CURLM *multi = curl_multi_init();
    if (!multi)
        return NULL;
    rek_http_hide_wakeup(multi, &gap);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, client->max_connections);
    return multi;
}

/* A handle that came through a fork is left where it is: closing its connections here would end
 * the parent's TLS sessions. */
CURLM *rek_http_client_multi(struct rek_http_client *client)
{
    if (client->multi && client->generation == rek_fork_generation())
        return client->multi;
    client->multi = rek_http_new_multi(client);
    client->generation = rek_fork_generation();
    return client->multi;
}
