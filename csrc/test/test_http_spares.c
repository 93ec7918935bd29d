/* What a client keeps of its transfers for the next requests. */
#include "core/http_engine.h"
#include "core/http_internal.h"
#include "test/check.h"

enum { COUNT = 100, PLACES = 64 /* of a group of an engine */, WITHOUT_ENGINE = 4 };

static void send_all(struct rek_http_engine *engine, struct rek_http_client *client)
{
    static struct rek_http_job jobs[COUNT];
    static struct rek_http_response responses[COUNT];
    static struct rek_http_failure failures[COUNT];
    struct rek_http_request request = {.method = REK_SLICE("GET"),
                                       .url = REK_SLICE("http://127.0.0.1:1/")};
    int ended = 0;
    for (int i = 0; i < COUNT; i++) {
        rek_http_response_init(&responses[i]);
        CHECK(rek_http_engine_start(engine, &jobs[i], client, &request, &responses[i],
                                    &failures[i]) == REK_HTTP_OK);
    }
    CHECK(client->spare_count == 0);
    for (int steps = 0; ended < COUNT && steps < 1000; steps++) {
        rek_http_engine_step(engine, 100);
        for (struct rek_http_job *job; (job = rek_http_engine_next(engine)); ended++)
            rek_http_job_release(job);
    }
    CHECK(ended == COUNT);
    for (int i = 0; i < COUNT; i++)
        rek_http_response_clear(&responses[i]);
}

int main(void)
{
    static const struct rek_http_options options = {.timeout_ms = 6000};
    struct rek_http_client *client;
    struct rek_http_failure failure;
    struct rek_http_engine *engine = rek_http_engine_new();
    if (!CHECK(engine) || !CHECK(rek_http_client_new(&client, &options, &failure) == REK_HTTP_OK))
        return check_result();
    send_all(engine, client);
    CHECK(client->spare_count == WITHOUT_ENGINE + PLACES);
    rek_http_engine_free(engine);
    CHECK(client->spare_count == WITHOUT_ENGINE);
    rek_http_client_close(client);
    return check_result();
}
