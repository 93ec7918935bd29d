#if defined(REK_POLLER_PLAIN) ||                                                                   \
    !(defined(__linux__) || defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) ||   \
      defined(__OpenBSD__) || defined(__DragonFly__))

#include "core/alloc.h"
#include "core/poller.h"

#include <poll.h>

bool rek_poller_open(struct rek_poller *poller)
{
    *poller = (struct rek_poller){.fd = -1, .timer = -1};
    return true;
}

void rek_poller_close(struct rek_poller *poller)
{
    rek_free(poller->entries);
    *poller = (struct rek_poller){.fd = -1, .timer = -1};
}

/* Each entry is a pollfd first, and the tags stand apart in the same memory: poll wants an array.
 */
static struct pollfd *sources(struct rek_poller *poller)
{
    return (struct pollfd *)poller->entries;
}

static unsigned *tags(struct rek_poller *poller)
{
    return (unsigned *)(sources(poller) + poller->capacity);
}

static bool grow(struct rek_poller *poller)
{
    size_t capacity = poller->capacity ? poller->capacity * 2 : 16;
    struct pollfd *memory = rek_realloc(NULL, capacity * (sizeof *memory + sizeof(unsigned)));
    if (!memory)
        return false;
    for (size_t i = 0; i < poller->count; i++) {
        memory[i] = sources(poller)[i];
        ((unsigned *)(memory + capacity))[i] = tags(poller)[i];
    }
    rek_free(poller->entries);
    poller->entries = (struct rek_poll_entry *)memory;
    poller->capacity = capacity;
    return true;
}

bool rek_poller_set(struct rek_poller *poller, int fd, unsigned tag, int events)
{
    size_t i = 0;
    while (i < poller->count && sources(poller)[i].fd != fd)
        i++;
    if (events == 0) {
        if (i < poller->count) {
            poller->count--;
            sources(poller)[i] = sources(poller)[poller->count];
            tags(poller)[i] = tags(poller)[poller->count];
        }
        return true;
    }
    if (i == poller->count && poller->count == poller->capacity && !grow(poller))
        return false;
    if (i == poller->count)
        poller->count++;
    sources(poller)[i] = (struct pollfd){
        .fd = fd,
        .events = (short)((events & REK_POLL_READ ? POLLIN : 0) |
                          (events & REK_POLL_WRITE ? POLLOUT : 0)),
    };
    tags(poller)[i] = tag;
    return true;
}

void rek_poller_alarm(struct rek_poller *poller, int64_t delay_ms)
{
    (void)poller; /* there is no descriptor that could become readable */
    (void)delay_ms;
}

int rek_poller_wait(struct rek_poller *poller, struct rek_poll_event *events, int most,
                    int timeout_ms)
{
    int count = poll(sources(poller), (nfds_t)poller->count, timeout_ms);
    int used = 0;
    for (size_t i = 0; count > 0 && i < poller->count && used < most; i++) {
        short ready = sources(poller)[i].revents;
        if (ready == 0)
            continue;
        events[used++] = (struct rek_poll_event){
            .fd = sources(poller)[i].fd,
            .tag = tags(poller)[i],
            .ready = (ready & POLLIN ? REK_POLL_READ : 0) | (ready & POLLOUT ? REK_POLL_WRITE : 0) |
                     (ready & (POLLERR | POLLHUP | POLLNVAL) ? REK_POLL_ERROR : 0),
        };
    }
    return used;
}

#else
typedef int rek_poller_plain_is_not_here;
#endif
