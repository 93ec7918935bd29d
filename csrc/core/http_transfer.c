#include "core/http_transfer.h"

#include "core/alloc.h"
#include "core/fork.h"
#include "core/http_internal.h"

#include <errno.h>
#include <stdio.h>

enum {
    KEPT_BODY = 1 << 20, /* the memory of a body beyond this is freed */
    LOOK_INTERVAL_MS = 100,
};

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

static void free_transfer(struct rek_http_transfer *t)
{
    if (t->easy)
        curl_easy_cleanup(t->easy);
    curl_url_cleanup(t->parsed_url);
    rek_http_gzip_clear(&t->gzip);
    rek_free(t->nodes);
    rek_buffer_clear(&t->url);
    rek_buffer_wipe(&t->lines);
    rek_free(t);
}

static struct rek_http_transfer *new_transfer(struct rek_http_client *client)
{
    struct rek_http_transfer *t = rek_realloc(NULL, sizeof *t);
    if (!t)
        return NULL;
    client->free_spare = free_transfer;
    *t = (struct rek_http_transfer){
        .client = client, .easy = curl_easy_init(), .kept = CURL_SOCKET_BAD};
    if (t->easy && rek_http_set_up(t))
        return t;
    free_transfer(t);
    return NULL;
}

struct rek_http_transfer *rek_http_transfer_take(struct rek_http_client *client)
{
    struct rek_http_transfer *t = client->spares;
    if (t) {
        client->spares = t->next;
        client->spare_count--;
    } else {
        t = new_transfer(client);
    }
    if (!t)
        return NULL;
    client->users++;
    t->lookup = &client->lookup;
    return t;
}

void rek_http_transfer_give(struct rek_http_transfer *t)
{
    struct rek_http_client *client = t->client;
    t->response = NULL;
    if (!t->easy || t->resent || client->closed || client->spare_count >= client->most_spares) {
        free_transfer(t);
    } else {
        t->next = client->spares;
        client->spares = t;
        client->spare_count++;
    }
    rek_http_client_release(client);
}

enum rek_http_result rek_http_transfer_start(struct rek_http_transfer *t,
                                             const struct rek_http_request *request,
                                             struct rek_http_response *response)
{
    rek_http_response_empty(response);
    t->failure.sent = false;
    t->is_unclean = false;
    enum rek_http_result result = rek_http_prepare(t, request);
    if (result == REK_HTTP_MEMORY)
        snprintf(t->failure.message, sizeof t->failure.message, "not enough memory");
    if (result != REK_HTTP_OK)
        return result;
    t->response = response;
    t->fault = REK_HTTP_OK;
    t->fault_message = NULL;
    t->header_bytes = 0;
    t->headers_ended = true;
    t->body_began = false;
    t->coding = REK_CODING_NONE;
    t->is_ready = false;
    t->had_ended = false;
    t->stream_refused = false;
    rek_http_forbid_reuse(t, false);
    t->connections = 0;
    t->client->tls.is_flooded = false;
    t->size_when_ready = 0;
    t->done = false;
    t->curl_message[0] = '\0';
    return REK_HTTP_OK;
}

enum rek_http_result rek_http_transfer_finish(struct rek_http_transfer *t, CURLcode code)
{
    if (code == CURLE_OK)
        code = rek_http_check_end(t);
    if (code != CURLE_OK) {
        enum rek_http_result result = rek_http_explain(t, code);
        rek_http_response_empty(t->response);
        return result;
    }
    rek_http_note_kept(t);
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->response->status);
    t->response->reused = t->connections == 0;
    return REK_HTTP_OK;
}

void rek_http_transfer_abort(struct rek_http_transfer *t, enum rek_http_result result,
                             const char *message)
{
    t->fault = result;
    t->fault_message = message;
    rek_http_explain(t, CURLE_ABORTED_BY_CALLBACK);
    rek_http_response_empty(t->response);
}

enum rek_http_result rek_http_transfer_strand(struct rek_http_transfer *t)
{
    bool is_descriptors = errno == EMFILE || errno == ENFILE;
    enum rek_http_result result = is_descriptors ? REK_HTTP_CONNECT : REK_HTTP_MEMORY;
    rek_http_transfer_abort(t, result, is_descriptors ? REK_HTTP_TOO_MANY_FILES : NULL);
    return result;
}

const struct rek_http_failure *rek_http_transfer_failure(const struct rek_http_transfer *t)
{
    return &t->failure;
}

/* Notes which transfers libcurl is done with: a look may have brought others into the same handle.
 */
static void collect(CURLM *multi, struct rek_http_transfer *own)
{
    int left = 0;
    const CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left))) {
        struct rek_http_transfer *t = own;
        if (message->easy_handle != own->easy)
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
        t->code = message->data.result;
        t->done = true;
    }
}

/* Waits until libcurl is done with it. REK_HTTP_OK then, or why it ends early. */
static enum rek_http_result wait(CURLM *multi, struct rek_http_transfer *t,
                                 const struct rek_http_watch *watch)
{
    struct rek_http_client *client = t->client;
    for (;;) {
        if (watch && !watch->look(watch->context))
            return REK_HTTP_STOPPED;
        if (watch && (client->closed || client->generation != rek_fork_generation()))
            return REK_HTTP_CLOSED;
        int running = 0;
        errno = 0;
        CURLMcode code = curl_multi_perform(multi, &running);
        collect(multi, t);
        if (client->lookup.noted)
            rek_http_hide_lookups(multi, &client->lookup);
        if (t->done)
            return REK_HTTP_OK;
        if (code == CURLM_OK)
            code = curl_multi_poll(multi, NULL, 0, LOOK_INTERVAL_MS, NULL);
        if (code != CURLM_OK)
            return REK_HTTP_MEMORY;
    }
}

/* Ends what is under way, where the multi handle is still this process's. In the child of a fork
 * the handle is left as it is: the parent goes on with it. */
static void leave(CURLM *multi, struct rek_http_transfer *t)
{
    if (t->client->generation == rek_fork_generation())
        curl_multi_remove_handle(multi, t->easy);
    else
        t->easy = NULL;
}

static enum rek_http_result perform(struct rek_http_transfer *t, const struct rek_http_watch *watch)
{
    CURLM *multi = rek_http_client_multi(t->client);
    rek_http_tune(t, NULL);
    if (!multi)
        return rek_http_transfer_strand(t);
    if (curl_multi_add_handle(multi, t->easy) != CURLM_OK) {
        rek_http_transfer_abort(t, REK_HTTP_MEMORY, NULL);
        return REK_HTTP_MEMORY;
    }
    enum rek_http_result result = wait(multi, t, watch);
    if (result == REK_HTTP_OK) {
        result = rek_http_transfer_finish(t, t->code);
        leave(multi, t);
        return result;
    }
    rek_http_transfer_abort(
        t, result,
        result == REK_HTTP_CLOSED ? "the client was closed while the request was under way" : NULL);
    leave(multi, t);
    return result;
}

enum rek_http_result rek_http_perform(struct rek_http_client *client,
                                      const struct rek_http_request *request,
                                      struct rek_http_response *response,
                                      const struct rek_http_watch *watch,
                                      struct rek_http_failure *failure)
{
    struct rek_http_transfer *t = rek_http_transfer_take(client);
    if (!t) {
        *failure = (struct rek_http_failure){.message = "not enough memory"};
        return REK_HTTP_MEMORY;
    }
    enum rek_http_result result = REK_HTTP_OK;
    do { /* again only for a connection that is closed now, so it ends */
        result = rek_http_transfer_start(t, request, response);
        if (result == REK_HTTP_OK)
            result = perform(t, watch);
    } while (result != REK_HTTP_OK && t->is_unclean);
    if (result != REK_HTTP_OK)
        *failure = t->failure;
    rek_http_transfer_give(t);
    return result;
}
