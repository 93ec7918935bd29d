/* libcurl walks all connections of a multi handle to a host for each new transfer, so connections
 * are in groups of 64, a multi handle each. A multi handle serves one client, so each client has a
 * lane: its groups, and what waits.
 *
 * libcurl is driven in two ways. A group is watched: its sockets are in the poller, and libcurl is
 * told which of them moved (curl_multi_socket_action). Or it is pumped, one group of an engine at
 * most, where nobody looks at the engine's descriptor: curl_multi_perform and curl_multi_poll,
 * which are cheaper for up to 64 connections. */
#include "core/http_engine.h"

#include "core/alloc.h"
#include "core/fork.h"
#include "core/http_internal.h"
#include "core/poller.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>

enum {
    GROUP_SIZE = 64,
    COLD_SIZE = 8, /* requests under way before a client's first connection stands */
    EVENTS_OF_A_STEP = 128,
    BUFFER_BYTES = 4096, /* of libcurl's for a response: a thousand requests have one each */
    USUAL_BUFFER_BYTES = 16384,
    DRAIN_INTERVAL_MS = 10,
    IDLE_MS = 60000, /* a group without requests closes its connections then */
};

struct rek_http_group {
    struct rek_http_engine *engine;
    struct rek_http_lane *lane;
    CURLM *multi;
    unsigned index;
    size_t active;
    int64_t deadline_ms; /* when libcurl wants to be called; -1: at no time */
    int64_t idle_since_ms;
    bool pumped;
    bool touched;
};

struct rek_http_lane {
    struct rek_http_lane *next;
    struct rek_http_client *client;
    struct rek_http_job jobs; /* the ring of those under way */
    struct rek_http_job waiting;
    size_t active;
    bool warm; /* a connection has been made, so names are resolved */
};

struct rek_http_engine {
    struct rek_poller poller;
    unsigned generation;
    struct rek_http_lane *lanes;
    struct rek_http_group **groups; /* NULL where there is none at that index */
    size_t group_count;
    struct rek_http_job done; /* the ring of the finished */
    size_t under_way;
    size_t active;               /* of those, in libcurl's hands */
    struct rek_http_group *pump; /* the group that is pumped */
    bool exposed;                /* somebody looks at the descriptor */
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void open_ring(struct rek_http_job *ring)
{
    ring->next = ring->previous = ring;
}

static bool is_empty(const struct rek_http_job *ring)
{
    return ring->next == ring;
}

static void append(struct rek_http_job *ring, struct rek_http_job *job)
{
    job->previous = ring->previous;
    job->next = ring;
    ring->previous->next = job;
    ring->previous = job;
}

static void detach(struct rek_http_job *job)
{
    job->previous->next = job->next;
    job->next->previous = job->previous;
    job->next = job->previous = NULL;
}

struct rek_http_engine *rek_http_engine_new(void)
{
    struct rek_http_engine *engine =
        rek_http_start_process() ? rek_realloc(NULL, sizeof *engine) : NULL;
    if (!engine) {
        errno = ENOMEM;
        return NULL;
    }
    *engine = (struct rek_http_engine){.generation = rek_fork_generation()};
    open_ring(&engine->done);
    if (rek_poller_open(&engine->poller))
        return engine;
    rek_free(engine);
    return NULL;
}

bool rek_http_engine_is_forked(const struct rek_http_engine *engine)
{
    return engine->generation != rek_fork_generation();
}

/* libcurl's callbacks: they write down what libcurl wants, and no more. */
static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *unused)
{
    struct rek_http_group *group = context;
    int events = what == CURL_POLL_IN      ? REK_POLL_READ
                 : what == CURL_POLL_OUT   ? REK_POLL_WRITE
                 : what == CURL_POLL_INOUT ? REK_POLL_READ | REK_POLL_WRITE
                                           : 0;
    (void)easy;
    (void)unused;
    return rek_poller_set(&group->engine->poller, socket, group->index, events) ? 0 : -1;
}

static int on_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct rek_http_group *group = context;
    (void)multi;
    group->deadline_ms = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
    return 0;
}

static void watch(struct rek_http_group *group, bool watched)
{
    curl_multi_setopt(group->multi, CURLMOPT_SOCKETFUNCTION, watched ? on_socket : NULL);
    curl_multi_setopt(group->multi, CURLMOPT_SOCKETDATA, group);
    curl_multi_setopt(group->multi, CURLMOPT_TIMERFUNCTION, watched ? on_timer : NULL);
    curl_multi_setopt(group->multi, CURLMOPT_TIMERDATA, group);
    group->deadline_ms = -1;
}

/* The place of a new group among the engine's. False where there is no memory. */
static bool find_place(struct rek_http_engine *engine, size_t *place)
{
    for (*place = 0; *place < engine->group_count; ++*place)
        if (!engine->groups[*place])
            return true;
    struct rek_http_group **groups =
        rek_realloc(engine->groups, (engine->group_count + 1) * sizeof *groups);
    if (!groups)
        return false;
    groups[engine->group_count++] = NULL;
    engine->groups = groups;
    return true;
}

static struct rek_http_group *new_group(struct rek_http_engine *engine, struct rek_http_lane *lane)
{
    size_t place;
    struct rek_http_group *group =
        find_place(engine, &place) ? rek_realloc(NULL, sizeof *group) : NULL;
    if (!group)
        return NULL;
    *group = (struct rek_http_group){.engine = engine,
                                     .lane = lane,
                                     .multi = rek_http_new_multi(lane->client),
                                     .index = (unsigned)place,
                                     .deadline_ms = -1,
                                     .idle_since_ms = now_ms()};
    if (!group->multi) {
        rek_free(group);
        return NULL;
    }
    watch(group, true);
    engine->groups[place] = group;
    return group;
}

static void free_group(struct rek_http_group *group)
{
    struct rek_http_engine *engine = group->engine;
    if (engine->pump == group)
        engine->pump = NULL;
    engine->groups[group->index] = NULL;
    if (!rek_http_engine_is_forked(engine))
        curl_multi_cleanup(group->multi);
    rek_free(group);
}

/* The group of the lane for one more request, made where all are full. One that is idle may change
 * from pumped to watched and back. */
static struct rek_http_group *find_group(struct rek_http_engine *engine, struct rek_http_lane *lane)
{
    struct rek_http_group *group = NULL;
    for (size_t i = 0; i < engine->group_count && !group; i++)
        if (engine->groups[i] && engine->groups[i]->lane == lane &&
            engine->groups[i]->active < GROUP_SIZE)
            group = engine->groups[i];
    if (!group)
        group = new_group(engine, lane);
    if (!group || group->active > 0)
        return group;
    bool pumped = !engine->exposed && !engine->pump && engine->active == 0;
    if (pumped != group->pumped)
        watch(group, !pumped);
    group->pumped = pumped;
    if (pumped)
        engine->pump = group;
    return group;
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
    open_ring(&lane->jobs);
    open_ring(&lane->waiting);
    client->users++;
    engine->lanes = lane;
    return lane;
}

static void finish(struct rek_http_engine *engine, struct rek_http_job *job,
                   enum rek_http_result result)
{
    detach(job);
    job->result = result;
    job->state = REK_JOB_DONE;
    append(&engine->done, job);
}

/* Takes the transfer out of libcurl's hands. */
static void leave_group(struct rek_http_job *job)
{
    struct rek_http_group *group = job->group;
    if (rek_http_engine_is_forked(group->engine))
        job->transfer->easy = NULL; /* the parent goes on with it */
    else
        curl_multi_remove_handle(group->multi, job->transfer->easy);
    job->group = NULL;
    job->lane->active--;
    group->engine->active--;
    if (--group->active > 0)
        return;
    group->idle_since_ms = now_ms();
    if (group->engine->pump == group)
        group->engine->pump = NULL;
}

static void abort_job(struct rek_http_job *job, enum rek_http_result result, const char *message)
{
    rek_http_transfer_abort(job->transfer, result, message);
    if (job->group)
        leave_group(job);
}

/* Over TLS, whether a connection can be shared (HTTP/2) is known after its handshake, for which it
 * is worth waiting. In clear text it would be known after the first response: nobody waits for
 * that.
 */
static bool speaks_tls(const struct rek_http_transfer *transfer)
{
    return transfer->url.data[4] == 's' || transfer->url.data[4] == 'S';
}

/* Hands a job that waits to libcurl. */
static void activate(struct rek_http_engine *engine, struct rek_http_lane *lane,
                     struct rek_http_job *job)
{
    struct rek_http_group *group = find_group(engine, lane);
    CURL *easy = job->transfer->easy;
    if (!group) {
        rek_http_transfer_abort(job->transfer, REK_HTTP_MEMORY, NULL);
        finish(engine, job, REK_HTTP_MEMORY);
        return;
    }
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, speaks_tls(job->transfer) ? 1L : 0L);
    job->group = group;
    group->active++;
    lane->active++;
    engine->active++;
    detach(job);
    append(&lane->jobs, job);
    job->state = REK_JOB_ACTIVE;
    if (curl_multi_add_handle(group->multi, easy) == CURLM_OK)
        return;
    abort_job(job, REK_HTTP_MEMORY, NULL);
    finish(engine, job, REK_HTTP_MEMORY);
}

static void admit(struct rek_http_engine *engine, struct rek_http_lane *lane)
{
    while (!is_empty(&lane->waiting) && (lane->warm || lane->active < COLD_SIZE))
        activate(engine, lane, lane->waiting.next);
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
    *job = (struct rek_http_job){.transfer = transfer, .lane = lane, .state = REK_JOB_WAITING};
    transfer->job = job;
    append(&lane->waiting, job);
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
        abort_job(job, REK_HTTP_STOPPED, NULL);
    detach(job);
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
    if (transfer->easy) {
        curl_easy_setopt(transfer->easy, CURLOPT_BUFFERSIZE, (long)USUAL_BUFFER_BYTES);
        curl_easy_setopt(transfer->easy, CURLOPT_PIPEWAIT, 0L);
    }
    rek_http_transfer_give(transfer);
}

struct rek_http_job *rek_http_engine_next(struct rek_http_engine *engine)
{
    if (is_empty(&engine->done))
        return NULL;
    struct rek_http_job *job = engine->done.next;
    detach(job);
    job->state = REK_JOB_TAKEN;
    engine->under_way--;
    return job;
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
        while (!is_empty(rings[i])) {
            struct rek_http_job *job = rings[i]->next;
            abort_job(job, REK_HTTP_CLOSED, why);
            finish(engine, job, REK_HTTP_CLOSED);
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
            free_group(engine->groups[i]);
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

/* Notes which transfers libcurl is done with. */
static void collect(struct rek_http_group *group)
{
    int left = 0;
    const CURLMsg *message;
    group->touched = false;
    while ((message = curl_multi_info_read(group->multi, &left))) {
        struct rek_http_transfer *transfer = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        struct rek_http_job *job = transfer->job;
        group->lane->warm |= transfer->is_ready;
        enum rek_http_result result = rek_http_transfer_finish(transfer, code);
        leave_group(job);
        finish(group->engine, job, result);
    }
}

/* Calls libcurl where it asked for it, and lets go of groups that nobody uses. */
static void run_timers(struct rek_http_engine *engine)
{
    int64_t now = now_ms();
    int running;
    for (size_t i = 0; i < engine->group_count; i++) {
        struct rek_http_group *group = engine->groups[i];
        if (group && group->active == 0 && now - group->idle_since_ms > IDLE_MS) {
            free_group(group);
            continue;
        }
        if (!group || group->pumped || group->deadline_ms < 0 || group->deadline_ms > now)
            continue;
        group->deadline_ms = -1;
        group->touched = true;
        curl_multi_socket_action(group->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

static void run_events(struct rek_http_engine *engine, const struct rek_poll_event *events,
                       int count)
{
    int running;
    for (int i = 0; i < count; i++) {
        struct rek_http_group *group =
            events[i].tag < engine->group_count ? engine->groups[events[i].tag] : NULL;
        if (!group || group->pumped) {
            rek_poller_set(&engine->poller, events[i].fd, 0, 0);
            continue;
        }
        int mask = (events[i].ready & REK_POLL_READ ? CURL_CSELECT_IN : 0) |
                   (events[i].ready & REK_POLL_WRITE ? CURL_CSELECT_OUT : 0) |
                   (events[i].ready & REK_POLL_ERROR ? CURL_CSELECT_ERR : 0);
        group->touched = true;
        curl_multi_socket_action(group->multi, events[i].fd, mask, &running);
    }
}

/* After libcurl moved: what is done, who may start, which clients were closed. */
static void tidy(struct rek_http_engine *engine)
{
    for (size_t i = 0; i < engine->group_count; i++)
        if (engine->groups[i] && engine->groups[i]->touched)
            collect(engine->groups[i]);
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

/* When libcurl wants to be called, in milliseconds from now; -1: at no time. */
static int due_in(const struct rek_http_engine *engine)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < engine->group_count; i++) {
        const struct rek_http_group *group = engine->groups[i];
        if (group && !group->pumped && group->deadline_ms >= 0 && group->deadline_ms < first)
            first = group->deadline_ms;
    }
    if (first == INT64_MAX)
        return -1;
    int64_t left = first - now_ms();
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static int sooner(int one, int other)
{
    return one < 0 ? other : other < 0 || one < other ? one : other;
}

/* Waits for libcurl's own sockets, and, by the poller's descriptor, for the watched ones. */
static void pump(struct rek_http_engine *engine, int timeout_ms)
{
    struct rek_http_group *group = engine->pump;
    struct curl_waitfd poller = {.fd = engine->poller.fd, .events = CURL_WAIT_POLLIN};
    int running;
    if (timeout_ms != 0)
        curl_multi_poll(group->multi, &poller, poller.fd < 0 ? 0 : 1, timeout_ms, NULL);
    group->touched = true;
    curl_multi_perform(group->multi, &running);
}

void rek_http_engine_step(struct rek_http_engine *engine, int timeout_ms)
{
    struct rek_poll_event events[EVENTS_OF_A_STEP];
    if (rek_http_engine_is_forked(engine))
        return;
    bool is_finished = !is_empty(&engine->done);
    timeout_ms = is_finished ? 0 : sooner(timeout_ms, due_in(engine));
    size_t watched = engine->active - (engine->pump ? engine->pump->active : 0);
    bool pumps = engine->pump != NULL;
    if (pumps)
        pump(engine, timeout_ms);
    if (!pumps || watched > 0)
        run_events(
            engine, events,
            rek_poller_wait(&engine->poller, events, EVENTS_OF_A_STEP, pumps ? 0 : timeout_ms));
    run_timers(engine);
    tidy(engine);
}

int rek_http_engine_fd(struct rek_http_engine *engine)
{
    engine->exposed = engine->poller.fd >= 0;
    return engine->poller.fd;
}

int rek_http_engine_timeout(const struct rek_http_engine *engine)
{
    if (!is_empty(&engine->done))
        return 0;
    return sooner(due_in(engine), engine->pump ? DRAIN_INTERVAL_MS : -1);
}

void rek_http_engine_arm(struct rek_http_engine *engine, int delay_ms)
{
    if (!rek_http_engine_is_forked(engine))
        rek_poller_alarm(&engine->poller, sooner(delay_ms, rek_http_engine_timeout(engine)));
}
