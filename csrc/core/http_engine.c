#include "core/http_engine_internal.h"

#include "core/alloc.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

enum {
    COLD_SIZE = 8,  /* requests under way before a client's first connection stands */
    GRACE_MS = 50,  /* libcurl's own timeouts say more */
    LOOK_MS = 1000, /* a request that was not sent by then may be lost in libcurl */
    EVENTS_OF_A_STEP = 128,
};

struct rek_http_engine *rek_http_engine_new(void)
{
    struct rek_http_engine *engine =
        rek_http_start_process() ? rek_realloc(NULL, sizeof *engine) : NULL;
    if (!engine) {
        errno = ENOMEM;
        return NULL;
    }
    *engine = (struct rek_http_engine){.generation = rek_fork_generation()};
    rek_ring_open(&engine->done);
    if (rek_poller_open(&engine->poller))
        return engine;
    rek_free(engine);
    return NULL;
}

bool rek_http_engine_is_forked(const struct rek_http_engine *engine)
{
    return rek_engine_is_forked(engine);
}

static struct rek_http_lane *find_lane(struct rek_http_engine *engine,
                                       struct rek_http_client *client)
{
    struct rek_http_lane *lane = engine->lanes;
    while (lane && lane->client != client)
        lane = lane->next;
    if (lane)
        return lane;
    lane = rek_realloc(NULL, sizeof *lane);
    if (!lane)
        return NULL;
    *lane = (struct rek_http_lane){.next = engine->lanes, .client = client};
    rek_ring_open(&lane->jobs);
    rek_ring_open(&lane->waiting);
    client->users++;
    engine->lanes = lane;
    return lane;
}

/* Hands a job that waits to libcurl. */
static void activate(struct rek_http_engine *engine, struct rek_http_lane *lane,
                     struct rek_http_job *job)
{
    struct rek_http_group *group = rek_http_group_find(engine, lane);
    if (!group) {
        rek_http_job_finish(engine, job, rek_http_transfer_strand(job->transfer));
        return;
    }
    rek_http_tune(job->transfer, &engine->poller);
    job->group = group;
    job->transfer->lookup = &group->lookup;
    group->active++;
    lane->active++;
    rek_ring_detach(job);
    rek_ring_append(&lane->jobs, job);
    job->state = REK_JOB_ACTIVE;
    if (curl_multi_add_handle(group->multi, job->transfer->easy) == CURLM_OK)
        return;
    rek_http_job_abort(job, REK_HTTP_MEMORY, NULL);
    rek_http_job_finish(engine, job, REK_HTTP_MEMORY);
}

static void admit(struct rek_http_engine *engine, struct rek_http_lane *lane)
{
    while (!rek_ring_is_empty(&lane->waiting) && (lane->warm || lane->active < COLD_SIZE))
        activate(engine, lane, lane->waiting.next);
}

static void look_by(struct rek_http_engine *engine, int64_t when_ms)
{
    if (when_ms < engine->look_ms)
        engine->look_ms = when_ms;
}

enum rek_http_result rek_http_engine_start(struct rek_http_engine *engine, struct rek_http_job *job,
                                           struct rek_http_client *client,
                                           const struct rek_http_request *request,
                                           struct rek_http_response *response,
                                           struct rek_http_failure *failure)
{
    struct rek_http_lane *lane = find_lane(engine, client);
    struct rek_http_transfer *transfer = lane ? rek_http_transfer_take(client) : NULL;
    *job = (struct rek_http_job){0};
    if (!transfer) {
        *failure = (struct rek_http_failure){.message = "not enough memory"};
        return REK_HTTP_MEMORY;
    }
    enum rek_http_result result = rek_http_transfer_start(transfer, request, response);
    if (result != REK_HTTP_OK) {
        *failure = *rek_http_transfer_failure(transfer);
        rek_http_transfer_give(transfer);
        return result;
    }
    double started_s = rek_engine_now_s();
    int64_t now = rek_engine_ms(started_s);
    *job = (struct rek_http_job){.transfer = transfer,
                                 .lane = lane,
                                 .state = REK_JOB_WAITING,
                                 .deadline_ms = now + transfer->set_timeout_ms + GRACE_MS,
                                 .started_s = started_s};
    if (engine->under_way == 0)
        engine->look_ms = INT64_MAX;
    look_by(engine, job->deadline_ms);
    look_by(engine, now + LOOK_MS);
    transfer->job = job;
    rek_ring_append(&lane->waiting, job);
    engine->under_way++;
    admit(engine, lane);
    return REK_HTTP_OK;
}

bool rek_http_engine_cancel(struct rek_http_engine *engine, struct rek_http_job *job)
{
    if (job->state == REK_JOB_NONE || job->state == REK_JOB_TAKEN)
        return true;
    engine->under_way--;
    bool was_done = job->state == REK_JOB_DONE;
    if (!was_done)
        rek_http_job_abort(job, REK_HTTP_STOPPED, NULL);
    rek_ring_detach(job);
    job->state = REK_JOB_TAKEN;
    return was_done || job->transfer->failure.sent;
}

const struct rek_http_failure *rek_http_job_failure(const struct rek_http_job *job)
{
    return rek_http_transfer_failure(job->transfer);
}

void rek_http_job_release(struct rek_http_job *job)
{
    struct rek_http_transfer *transfer = job->transfer;
    *job = (struct rek_http_job){0};
    if (!transfer)
        return;
    transfer->job = NULL;
    rek_http_transfer_give(transfer);
}

struct rek_http_job *rek_http_engine_next(struct rek_http_engine *engine)
{
    if (rek_ring_is_empty(&engine->done))
        return NULL;
    struct rek_http_job *job = engine->done.next;
    rek_ring_detach(job);
    job->state = REK_JOB_TAKEN;
    engine->under_way--;
    return job;
}

double rek_http_engine_moment(const struct rek_http_engine *engine)
{
    return engine->moment_s;
}

size_t rek_http_engine_under_way(const struct rek_http_engine *engine)
{
    return engine->under_way;
}

/* Ends what a lane has under way. */
static void end_lane(struct rek_http_engine *engine, struct rek_http_lane *lane)
{
    static const char why[] = "the client was closed while the request was under way";
    struct rek_http_job *rings[] = {&lane->jobs, &lane->waiting};
    for (size_t i = 0; i < 2; i++)
        while (!rek_ring_is_empty(rings[i])) {
            struct rek_http_job *job = rings[i]->next;
            rek_http_job_abort(job, REK_HTTP_CLOSED, why);
            rek_http_job_finish(engine, job, REK_HTTP_CLOSED);
        }
}

static void free_lane(struct rek_http_engine *engine, struct rek_http_lane *lane)
{
    struct rek_http_lane **place = &engine->lanes;
    while (*place != lane)
        place = &(*place)->next;
    *place = lane->next;
    for (size_t i = 0; i < engine->group_count; i++)
        if (engine->groups[i] && engine->groups[i]->lane == lane)
            rek_http_group_free(engine->groups[i]);
    rek_http_client_release(lane->client);
    rek_free(lane);
}

void rek_http_engine_drop(struct rek_http_engine *engine, const struct rek_http_client *client)
{
    struct rek_http_lane *lane = engine->lanes;
    while (lane && lane->client != client)
        lane = lane->next;
    if (!lane)
        return;
    end_lane(engine, lane);
    free_lane(engine, lane);
}

void rek_http_engine_free(struct rek_http_engine *engine)
{
    if (!engine)
        return;
    while (engine->lanes) {
        end_lane(engine, engine->lanes);
        free_lane(engine, engine->lanes);
    }
    for (struct rek_http_job *job; (job = rek_http_engine_next(engine));)
        rek_http_job_release(job);
    rek_poller_close(&engine->poller);
    rek_free(engine->groups);
    rek_free(engine);
}

static int sooner(int one, int other)
{
    return one < 0 ? other : other < 0 || one < other ? one : other;
}

/* Where memory ends in the start of a request, libcurl (8.23) can lose it: no socket, no timer, no
 * error. So a request that has not been sent after a while has libcurl look at all that its group
 * has, and again after as long. Once it is sent it waits for its socket alone. */
static void look_at(struct rek_http_engine *engine, const struct rek_http_job *job, int64_t now)
{
    int64_t start_ms = rek_engine_ms(job->started_s);
    bool is_late = now - start_ms >= LOOK_MS;
    look_by(engine, job->deadline_ms);
    if (job->transfer->is_ready)
        return;
    if (is_late && job->group)
        job->group->is_stuck = true;
    look_by(engine, is_late ? now + LOOK_MS : start_ms + LOOK_MS);
}

/* Looks after the requests that libcurl does not move on. Those whose time is over and that it
 * doesn't end do so here: they wait for a first connection, here or (libcurl 7.88 keeps no time for
 * them then) for its choice of HTTP/2. */
static void look_after(struct rek_http_engine *engine)
{
    static const char why[] = "timed out while it waited for another request's connection";
    int64_t now = rek_engine_now_ms();
    if (engine->under_way == 0 || now < engine->look_ms)
        return;
    engine->look_ms = INT64_MAX;
    for (struct rek_http_lane *lane = engine->lanes; lane; lane = lane->next) {
        struct rek_http_job *rings[] = {&lane->jobs, &lane->waiting};
        for (size_t i = 0; i < 2; i++)
            for (struct rek_http_job *job = rings[i]->next, *next; job != rings[i]; job = next) {
                next = job->next;
                if (job->deadline_ms > now) {
                    look_at(engine, job, now);
                    continue;
                }
                rek_http_job_abort(job, REK_HTTP_TIMEOUT, why);
                rek_http_job_finish(engine, job, REK_HTTP_TIMEOUT);
            }
    }
    rek_http_groups_run_stuck(engine);
}

/* When the engine must look after its requests, in milliseconds from now; -1: at no time. */
static int due_in(const struct rek_http_engine *engine)
{
    int due = rek_http_groups_due_in(engine);
    if (engine->under_way == 0 || engine->look_ms == INT64_MAX)
        return due;
    int64_t left = engine->look_ms - rek_engine_now_ms();
    return sooner(due, left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left);
}

/* After libcurl moved: what is done, who may start, which clients were closed. */
static void tidy(struct rek_http_engine *engine)
{
    for (size_t i = 0; i < engine->group_count; i++)
        if (engine->groups[i] && engine->groups[i]->touched)
            rek_http_group_collect(engine->groups[i]);
    for (struct rek_http_lane *lane = engine->lanes, *next; lane; lane = next) {
        next = lane->next;
        if (lane->client->closed) {
            end_lane(engine, lane);
            free_lane(engine, lane);
            continue;
        }
        for (struct rek_http_job *job = lane->jobs.next; !lane->warm && job != &lane->jobs;
             job = job->next)
            lane->warm = job->transfer->is_ready;
        admit(engine, lane);
    }
}

void rek_http_engine_step(struct rek_http_engine *engine, int timeout_ms)
{
    struct rek_poll_event events[EVENTS_OF_A_STEP];
    if (rek_http_engine_is_forked(engine))
        return;
    bool is_finished = !rek_ring_is_empty(&engine->done);
    timeout_ms = is_finished ? 0 : sooner(timeout_ms, due_in(engine));
    int count = rek_poller_wait(&engine->poller, events, EVENTS_OF_A_STEP, timeout_ms);
    rek_http_groups_run_events(engine, events, count);
    rek_http_groups_run_timers(engine);
    look_after(engine);
    tidy(engine);
    engine->moment_s = rek_engine_now_s();
}

bool rek_http_engine_watch(struct rek_http_engine *engine, int fd)
{
    return rek_poller_set(&engine->poller, fd, REK_ENGINE_WATCHED, REK_POLL_READ);
}

void rek_http_engine_unwatch(struct rek_http_engine *engine, int fd)
{
    rek_poller_set(&engine->poller, fd, REK_ENGINE_WATCHED, 0);
}

int rek_http_engine_readable(struct rek_http_engine *engine)
{
    return engine->readable_count > 0 ? engine->readable[--engine->readable_count] : -1;
}

int rek_http_engine_fd(const struct rek_http_engine *engine)
{
    return engine->poller.fd;
}

int rek_http_engine_timeout(const struct rek_http_engine *engine)
{
    return rek_ring_is_empty(&engine->done) ? due_in(engine) : 0;
}

void rek_http_engine_arm(struct rek_http_engine *engine, int delay_ms)
{
    if (!rek_http_engine_is_forked(engine))
        rek_poller_alarm(&engine->poller, sooner(delay_ms, rek_http_engine_timeout(engine)));
}
