/* libcurl walks all connections of a multi handle to a host for each new transfer, so connections
 * are in groups of 64, a multi handle each. A multi handle serves one client, so each client has a
 * lane: its groups, and what waits. For as long as it has a group it keeps as many transfers (some
 * 10 KiB each) for the next requests.
 *
 * The sockets are in the poller, and libcurl hears which of them moved (curl_multi_socket_action).
 * curl_multi_perform and curl_multi_poll look at all of them each time: that is no cheaper over
 * HTTP, and dearer over TLS. */
#include "core/http_engine_internal.h"

#include "core/alloc.h"

#include <limits.h>

enum {
    GROUP_SIZE = 64,
    IDLE_MS = 60000, /* a group without requests closes its connections then */
    LOOK_MS = 20,    /* from the end of a request to a look at those that share its connection */
};

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
    group->deadline_ms = timeout_ms < 0 ? -1 : rek_engine_now_ms() + timeout_ms;
    return 0;
}

static void set_callbacks(struct rek_http_group *group)
{
    curl_multi_setopt(group->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(group->multi, CURLMOPT_SOCKETDATA, group);
    curl_multi_setopt(group->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(group->multi, CURLMOPT_TIMERDATA, group);
}

/* The place of a new group among the engine's. False where there is no memory. */
static bool find_place(struct rek_http_engine *engine, size_t *place)
{
    for (*place = 0; *place < engine->group_count; ++*place)
        if (!engine->groups[*place])
            return true;
    struct rek_http_group **groups =
        rek_realloc(engine->groups, (engine->group_count + 1) * sizeof(struct rek_http_group *));
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
                                     .idle_since_ms = rek_engine_now_ms()};
    if (!group->multi) {
        rek_free(group);
        return NULL;
    }
    set_callbacks(group);
    rek_http_client_keep_more(lane->client, GROUP_SIZE);
    engine->groups[place] = group;
    return group;
}

void rek_http_group_free(struct rek_http_group *group)
{
    struct rek_http_engine *engine = group->engine;
    engine->groups[group->index] = NULL;
    if (!rek_engine_is_forked(engine))
        curl_multi_cleanup(group->multi);
    rek_http_client_keep_fewer(group->lane->client, GROUP_SIZE);
    rek_free(group);
}

struct rek_http_group *rek_http_group_find(struct rek_http_engine *engine,
                                           struct rek_http_lane *lane)
{
    struct rek_http_group *group = NULL;
    for (size_t i = 0; i < engine->group_count && !group; i++)
        if (engine->groups[i] && engine->groups[i]->lane == lane &&
            engine->groups[i]->active < GROUP_SIZE)
            group = engine->groups[i];
    return group ? group : new_group(engine, lane);
}

void rek_http_job_finish(struct rek_http_engine *engine, struct rek_http_job *job,
                         enum rek_http_result result)
{
    rek_ring_detach(job);
    job->result = result;
    job->state = REK_JOB_DONE;
    rek_ring_append(&engine->done, job);
}

static void leave(struct rek_http_job *job)
{
    struct rek_http_group *group = job->group;
    if (rek_engine_is_forked(group->engine))
        job->transfer->easy = NULL; /* the parent goes on with it */
    else
        curl_multi_remove_handle(group->multi, job->transfer->easy);
    job->group = NULL;
    job->lane->active--;
    if (--group->active == 0)
        group->idle_since_ms = rek_engine_now_ms();
}

void rek_http_job_abort(struct rek_http_job *job, enum rek_http_result result, const char *message)
{
    rek_http_transfer_abort(job->transfer, result, message);
    if (job->group)
        leave(job);
}

/* HTTP/2: the connection failed as such, and not a stream of it. */
static bool is_of_connection(CURLcode code)
{
    return code == CURLE_HTTP2 || code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR ||
           code == CURLE_SEND_ERROR;
}

/* Notes the requests that share the connection of one that failed with it. */
static void doom_sharers(struct rek_http_group *group, const struct rek_http_transfer *failed)
{
    struct rek_http_job *first = &group->lane->jobs;
    for (struct rek_http_job *job = first->next; job != first; job = job->next)
        if (job->group == group && job->transfer->is_ready &&
            job->transfer->local_port == failed->local_port)
            job->is_doomed = group->has_doomed = true;
}

/* Ends them: libcurl (7.88) would let them wait for their timeout, and then keep the connection. */
static void fail_doomed(struct rek_http_group *group)
{
    struct rek_http_job *first = &group->lane->jobs;
    group->has_doomed = false;
    for (struct rek_http_job *job = first->next, *next; job != first; job = next) {
        next = job->next;
        if (job->group != group || !job->is_doomed)
            continue;
        rek_http_forbid_reuse(job->transfer, true);
        rek_http_job_abort(job, REK_HTTP_RESET,
                           "the connection failed, which other requests shared");
        rek_http_job_finish(group->engine, job, REK_HTTP_RESET);
    }
}

/* HTTP/2: where the server has broken the protocol, libcurl 7.88 ends the request that it reads for
 * at that moment. Those that share the connection hear nothing and would wait for their timeout. So
 * libcurl is made to look at them a little later. Newer ones tell them all. */
static void plan_look(struct rek_http_group *group, const struct rek_http_transfer *ended,
                      CURLcode code)
{
    long version = 0;
    if (group->active == 0 || !ended->is_ready || !ended->waits_for_pipe ||
        rek_http_curl_version() >= 0x080100)
        return;
    curl_easy_getinfo(ended->easy, CURLINFO_HTTP_VERSION, &version);
    if (code == CURLE_OK && version < CURL_HTTP_VERSION_2_0)
        return;
    bool is_new = group->look_ms == 0;
    if (is_new)
        group->look_ms = rek_engine_now_ms() + LOOK_MS;
    group->look_port = is_new || group->look_port == ended->local_port ? ended->local_port : 0;
    group->looks_at_all = code != CURLE_OK || (!is_new && group->looks_at_all);
}

static void collect(struct rek_http_group *group)
{
    int left = 0;
    const CURLMsg *message;
    group->touched = false;
    if (group->lookup.noted)
        rek_http_hide_lookups(group->multi, &group->lookup);
    while ((message = curl_multi_info_read(group->multi, &left))) {
        struct rek_http_transfer *transfer = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        struct rek_http_job *job = transfer->job;
        group->lane->warm |= transfer->is_ready;
        enum rek_http_result result = rek_http_transfer_finish(transfer, code);
        leave(job);
        rek_http_job_finish(group->engine, job, result);
        if (is_of_connection(code) && transfer->is_ready)
            doom_sharers(group, transfer);
        plan_look(group, transfer, code);
    }
}

/* libcurl's memory ended in the middle of its work. It may have lost a socket, so that nothing
 * would ever come of that request, and it does not say which one it is; and the notes that it keeps
 * of a socket may be broken (7.88 then divides by zero at the next one of that number). So what has
 * not ended does now, and the multi handle is not used again. */
static void give_up(struct rek_http_group *group)
{
    struct rek_http_job *first = &group->lane->jobs;
    collect(group);
    for (struct rek_http_job *job = first->next, *next; job != first; job = next) {
        next = job->next;
        if (job->group != group)
            continue;
        rek_http_job_abort(job, REK_HTTP_MEMORY, NULL);
        rek_http_job_finish(group->engine, job, REK_HTTP_MEMORY);
    }
    rek_http_group_free(group);
}

/* Moves libcurl on. False: the group is gone. */
static bool act(struct rek_http_group *group, curl_socket_t socket, int mask)
{
    int running;
    group->touched = true;
    if (curl_multi_socket_action(group->multi, socket, mask, &running) == CURLM_OK)
        return true;
    give_up(group);
    return false;
}

void rek_http_group_collect(struct rek_http_group *group)
{
    collect(group);
    /* Their responses may have come before the connection failed: libcurl (8.14) has yet to look.
     */
    if (group->has_doomed && act(group, CURL_SOCKET_TIMEOUT, 0)) {
        collect(group);
        fail_doomed(group);
    }
}

/* Makes libcurl read for requests of the connection: it does so for what was halted and goes on.
 * Where the connection is done, a request ends by that. While none has failed, one tells enough. */
static void look(struct rek_http_group *group)
{
    struct rek_http_job *first = &group->lane->jobs;
    group->look_ms = 0;
    for (struct rek_http_job *job = first->next; job != first; job = job->next) {
        struct rek_http_transfer *transfer = job->transfer;
        if (job->group != group || !transfer->is_ready ||
            (group->look_port != 0 && transfer->local_port != group->look_port))
            continue;
        curl_easy_pause(transfer->easy, CURLPAUSE_SEND);
        curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
        if (!act(group, CURL_SOCKET_TIMEOUT, 0) || !group->looks_at_all)
            return;
    }
}

/* The one function that has libcurl look at all transfers and watch all their sockets. libcurl's
 * header deprecates it, because programs called it for every event. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static CURLMcode look_at_all(CURLM *multi)
{
    int running;
    return curl_multi_socket_all(multi, &running);
}
#pragma GCC diagnostic pop

void rek_http_groups_run_stuck(struct rek_http_engine *engine)
{
    for (size_t i = 0; i < engine->group_count; i++) {
        struct rek_http_group *group = engine->groups[i];
        if (!group || !group->is_stuck)
            continue;
        group->is_stuck = false;
        group->touched = true;
        if (look_at_all(group->multi) != CURLM_OK)
            give_up(group);
    }
}

void rek_http_groups_run_timers(struct rek_http_engine *engine)
{
    int64_t now = rek_engine_now_ms();
    for (size_t i = 0; i < engine->group_count; i++) {
        struct rek_http_group *group = engine->groups[i];
        if (group && group->active == 0 && now - group->idle_since_ms > IDLE_MS) {
            rek_http_group_free(group);
            continue;
        }
        if (group && group->look_ms > 0 && group->look_ms <= now) {
            look(group);
            group = engine->groups[i];
        }
        if (!group || group->deadline_ms < 0 || group->deadline_ms > now)
            continue;
        group->deadline_ms = -1;
        act(group, CURL_SOCKET_TIMEOUT, 0);
    }
}

/* A descriptor of somebody else is watched once. Where there is no room it is readable again. */
static void note_readable(struct rek_http_engine *engine, int fd)
{
    if (engine->readable_count == REK_ENGINE_MOST_READABLE)
        return;
    engine->readable[engine->readable_count++] = fd;
    rek_poller_set(&engine->poller, fd, REK_ENGINE_WATCHED, 0);
}

void rek_http_groups_run_events(struct rek_http_engine *engine, const struct rek_poll_event *events,
                                int count)
{
    for (int i = 0; i < count; i++) {
        if (events[i].tag == REK_ENGINE_WATCHED) {
            note_readable(engine, events[i].fd);
            continue;
        }
        struct rek_http_group *group =
            events[i].tag < engine->group_count ? engine->groups[events[i].tag] : NULL;
        if (!group) {
            rek_poller_set(&engine->poller, events[i].fd, 0, 0);
            continue;
        }
        int mask = (events[i].ready & REK_POLL_READ ? CURL_CSELECT_IN : 0) |
                   (events[i].ready & REK_POLL_WRITE ? CURL_CSELECT_OUT : 0) |
                   (events[i].ready & REK_POLL_ERROR ? CURL_CSELECT_ERR : 0);
        act(group, events[i].fd, mask);
    }
}

int rek_http_groups_due_in(const struct rek_http_engine *engine)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < engine->group_count; i++) {
        const struct rek_http_group *group = engine->groups[i];
        if (group && group->deadline_ms >= 0 && group->deadline_ms < first)
            first = group->deadline_ms;
        if (group && group->look_ms > 0 && group->look_ms < first)
            first = group->look_ms;
    }
    if (first == INT64_MAX)
        return -1;
    int64_t left = first - rek_engine_now_ms();
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}
