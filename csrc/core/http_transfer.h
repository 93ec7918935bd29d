/* One HTTP request under way. It may be waited for (rek_http_perform), or driven by an engine that
 * has many under way (see http_internal.h for what only that needs). */
#ifndef REK_HTTP_TRANSFER_H
#define REK_HTTP_TRANSFER_H

#include "core/http_client.h"

struct rek_http_transfer;

/* A transfer of the client: one that was given back, with its memory, or a new one. NULL where
 * there is no memory. The client lives at least until it is given back. */
REK_CHECKED struct rek_http_transfer *rek_http_transfer_take(struct rek_http_client *client);
/* Returns it to its pool. It must be in no multi handle. */
void rek_http_transfer_give(struct rek_http_transfer *transfer);

/* Makes it ready to send the request. What is in `request` is copied, but for the body, which is
 * borrowed until the transfer ends, as is the response. Unless REK_HTTP_OK comes back nothing was
 * started, and the failure says why. */
REK_CHECKED enum rek_http_result rek_http_transfer_start(struct rek_http_transfer *transfer,
                                                         const struct rek_http_request *request,
                                                         struct rek_http_response *response);

/* Why the transfer failed. Holds until the next start. */
const struct rek_http_failure *rek_http_transfer_failure(const struct rek_http_transfer *transfer);

/* Who looks round while a request is waited for. */
struct rek_http_watch {
    /* Called before anything is sent, at least each tenth of a second while nothing moves, and
     * where a signal came: between two steps of libcurl, never inside one, so that it may do
     * anything, requests on the same client and closing it included. False ends the transfer with
     * REK_HTTP_STOPPED. */
    bool (*look)(void *context);
    void *context;
};

/* Sends one request and waits for the response. `watch` may be NULL. Unless REK_HTTP_OK comes back,
 * the response is empty and *failure says why. */
REK_CHECKED enum rek_http_result rek_http_perform(struct rek_http_client *client,
                                                  const struct rek_http_request *request,
                                                  struct rek_http_response *response,
                                                  const struct rek_http_watch *watch,
                                                  struct rek_http_failure *failure);

#endif
