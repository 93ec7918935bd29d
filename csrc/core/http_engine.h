/* Many HTTP requests under way at once, on any number of clients, by one thread: an engine has
 * connections of its own, behind one descriptor. Requests are started and ended in between; they
 * move on in `step` alone, which calls nobody back. After a fork the child's engine is dead: it can
 * only be freed, and leaves the parent's connections alone. */
#ifndef REK_HTTP_ENGINE_H
#define REK_HTTP_ENGINE_H

#include "core/http_transfer.h"

#include <stdint.h>

struct rek_http_engine;

/* One request in an engine; all zero before its start. The caller owns the memory, which stays
 * until the job was released. */
struct rek_http_job {
    struct rek_http_job *next; /* in its client's list, or the engine's list of the finished */
    struct rek_http_job *previous;
    struct rek_http_transfer *transfer;
    struct rek_http_lane *lane;
    struct rek_http_group *group;
    enum { REK_JOB_NONE, REK_JOB_WAITING, REK_JOB_ACTIVE, REK_JOB_DONE, REK_JOB_TAKEN } state;
    enum rek_http_result result; /* once it is done */
    bool is_doomed;              /* its connection failed with another one's request */
    int64_t deadline_ms;         /* when it has ended at the latest, whoever it waits for */
    double started_s;            /* when it was started, by the monotonic clock */
};

/* NULL where there is no memory, or no descriptor: errno says which. */
REK_CHECKED struct rek_http_engine *rek_http_engine_new(void);
/* Ends all that is under way. Jobs that weren't released are released. NULL is fine. */
void rek_http_engine_free(struct rek_http_engine *engine);
/* Whether the process is a fork of the one that made the engine. */
bool rek_http_engine_is_forked(const struct rek_http_engine *engine);

/* Starts a request; as rek_http_transfer_start borrows body and response. Unless REK_HTTP_OK comes
 * back nothing was started, and *failure says why. */
REK_CHECKED enum rek_http_result
rek_http_engine_start(struct rek_http_engine *engine, struct rek_http_job *job,
                      struct rek_http_client *client, const struct rek_http_request *request,
                      struct rek_http_response *response, struct rek_http_failure *failure);
/* Ends a request early. Whether the server may have read it; true for one that is done. */
bool rek_http_engine_cancel(struct rek_http_engine *engine, struct rek_http_job *job);
/* Why a job that is done failed. Holds until its release. */
const struct rek_http_failure *rek_http_job_failure(const struct rek_http_job *job);
/* Lets go of what a job used, once it is done, taken or cancelled. */
void rek_http_job_release(struct rek_http_job *job);
/* Ends all requests of a client, with REK_HTTP_CLOSED, and its connections here. */
void rek_http_engine_drop(struct rek_http_engine *engine, const struct rek_http_client *client);

/* Waits until something moves, for at most `timeout_ms` (0: not at all), and moves it on. */
void rek_http_engine_step(struct rek_http_engine *engine, int timeout_ms);
/* The next job that is done, in the order of their ends; NULL: none. */
struct rek_http_job *rek_http_engine_next(struct rek_http_engine *engine);
/* When the last step moved something, by the monotonic clock. */
double rek_http_engine_moment(const struct rek_http_engine *engine);
/* How many were started and not yet taken by rek_http_engine_next or cancelled. */
size_t rek_http_engine_under_way(const struct rek_http_engine *engine);

/* The descriptor, which is readable when a step has something to do; -1 where the system has no
 * such thing. */
int rek_http_engine_fd(const struct rek_http_engine *engine);
/* Watches a descriptor that is nothing of HTTP's, until it is readable (or broken) once, or no
 * more. False where there is no memory. */
REK_CHECKED bool rek_http_engine_watch(struct rek_http_engine *engine, int fd);
void rek_http_engine_unwatch(struct rek_http_engine *engine, int fd);
/* One of those that became readable in the last step, or -1. */
int rek_http_engine_readable(struct rek_http_engine *engine);
/* Milliseconds until a step is due where nothing moves; -1: no such moment. */
int rek_http_engine_timeout(const struct rek_http_engine *engine);
/* Sets when the descriptor becomes readable by itself: when a step is due, or after `delay_ms`,
 * whichever is sooner; -1: only the former. */
void rek_http_engine_arm(struct rek_http_engine *engine, int delay_ms);

#endif
