/* The inside of an engine, shared by http_engine.c (clients and their jobs) and http_group.c
 * (libcurl's multi handles) alone. */
#ifndef REK_HTTP_ENGINE_INTERNAL_H
#define REK_HTTP_ENGINE_INTERNAL_H

#include "core/fork.h"
#include "core/http_engine.h"
#include "core/http_internal.h"
#include "core/poller.h"

#include <time.h>

/* Instead of a group's index, in the poller: a descriptor that is watched for somebody else.
 */
static const unsigned REK_ENGINE_WATCHED = UINT32_MAX;

enum { REK_ENGINE_MOST_READABLE = 16 }; /* of a step; the others are readable in the next one */

struct rek_http_group {
    struct rek_http_engine *engine;
    struct rek_http_lane *lane;
    CURLM *multi;
    struct rek_http_gap lookup;
    unsigned index;
    size_t active;
    int64_t deadline_ms; /* when libcurl wants to be called; -1: at no time */
    int64_t idle_since_ms;
    int64_t look_ms; /* when the requests that share a connection are looked at; 0: at no time */
    int look_port;   /* of that connection; 0: of any */
    bool looks_at_all;
    bool has_doomed; /* some of its requests are */
    bool touched;
    bool is_stuck; /* a request has not been sent for a while */
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
    int64_t look_ms; /* when to look after the jobs: a deadline may be over, or one is lost */
    double moment_s; /* of the last step, after libcurl had moved */
    int readable[REK_ENGINE_MOST_READABLE];
    size_t readable_count;
};

static inline double rek_engine_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static inline int64_t rek_engine_ms(double moment_s)
{
    return (int64_t)(moment_s * 1000);
}

static inline int64_t rek_engine_now_ms(void)
{
    return rek_engine_ms(rek_engine_now_s());
}

static inline void rek_ring_open(struct rek_http_job *ring)
{
    ring->next = ring->previous = ring;
}

static inline bool rek_ring_is_empty(const struct rek_http_job *ring)
{
    return ring->next == ring;
}

static inline void rek_ring_append(struct rek_http_job *ring, struct rek_http_job *job)
{
    job->previous = ring->previous;
    job->next = ring;
    ring->previous->next = job;
    ring->previous = job;
}

static inline void rek_ring_detach(struct rek_http_job *job)
{
    job->previous->next = job->next;
    job->next->previous = job->previous;
    rek_ring_open(job); /* of none */
}

static inline bool rek_engine_is_forked(const struct rek_http_engine *engine)
{
    return engine->generation != rek_fork_generation();
}

/* Closes its connections. */
void rek_http_group_free(struct rek_http_group *group);
/* The group of the lane for one more request, made where all are full. NULL: no memory. */
struct rek_http_group *rek_http_group_find(struct rek_http_engine *engine,
                                           struct rek_http_lane *lane);
/* Ends what is under way of a job, in its group or not yet in one. */
void rek_http_job_abort(struct rek_http_job *job, enum rek_http_result result, const char *message);
/* Puts a job among the finished. */
void rek_http_job_finish(struct rek_http_engine *engine, struct rek_http_job *job,
                         enum rek_http_result result);
/* Notes which transfers libcurl is done with. */
void rek_http_group_collect(struct rek_http_group *group);
/* Calls libcurl where it asked for it, and lets go of groups that nobody uses. */
void rek_http_groups_run_timers(struct rek_http_engine *engine);
/* Has libcurl look at all that is under way in the groups that are stuck. */
void rek_http_groups_run_stuck(struct rek_http_engine *engine);
/* Tells libcurl which sockets moved. */
void rek_http_groups_run_events(struct rek_http_engine *engine, const struct rek_poll_event *events,
                                int count);
/* When libcurl wants to be called, in milliseconds from now; -1: at no time. */
int rek_http_groups_due_in(const struct rek_http_engine *engine);

#endif
