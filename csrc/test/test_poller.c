#include "check.h"
#include "core/alloc.h"
#include "core/poller.h"

#include <sys/socket.h>
#include <unistd.h>

enum { TAG = 3, OTHER_TAG = 4 };

static struct rek_poller poller;

static int open_pair(int *other_end)
{
    int pair[2] = {-1, -1};
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    *other_end = pair[1];
    return pair[0];
}

static void send_byte(int fd)
{
    CHECK(write(fd, "x", 1) == 1);
}

static void take_byte(int fd)
{
    char byte;
    CHECK(read(fd, &byte, 1) == 1);
}

/* Whether the descriptor is the only one that is ready, for these events. */
static bool is_ready(int fd, unsigned tag, int ready)
{
    struct rek_poll_event events[4];
    int count = rek_poller_wait(&poller, events, 4, 0);
    return count == 1 && events[0].fd == fd && events[0].tag == tag && events[0].ready == ready;
}

static bool is_quiet(void)
{
    struct rek_poll_event events[4];
    return rek_poller_wait(&poller, events, 4, 0) == 0;
}

/* Each descriptor is watched, left alone and watched again, adopted or not. */
static void test_watching(bool adopted)
{
    int other;
    int fd = open_pair(&other);
    if (adopted)
        rek_poller_adopt(&poller, fd);
    CHECK(rek_poller_set(&poller, fd, TAG, REK_POLL_READ));
    CHECK(is_quiet());
    send_byte(other);
    CHECK(is_ready(fd, TAG, REK_POLL_READ));
    CHECK(is_ready(fd, TAG, REK_POLL_READ)); /* it stays so until somebody reads */
    CHECK(rek_poller_set(&poller, fd, TAG, 0));
    CHECK(is_quiet());
    CHECK(is_quiet());
    CHECK(rek_poller_set(&poller, fd, TAG, REK_POLL_READ));
    CHECK(is_ready(fd, TAG, REK_POLL_READ));
    take_byte(fd);
    CHECK(rek_poller_set(&poller, fd, TAG, 0));
    CHECK(rek_poller_set(&poller, fd, OTHER_TAG, REK_POLL_READ));
    CHECK(is_quiet());
    send_byte(other);
    CHECK(is_ready(fd, OTHER_TAG, REK_POLL_READ));
    CHECK(rek_poller_set(&poller, fd, TAG, REK_POLL_WRITE));
    CHECK(is_ready(fd, TAG, REK_POLL_WRITE));
    CHECK(rek_poller_set(&poller, fd, TAG, 0));
    CHECK(is_quiet());
    CHECK(rek_poller_set(&poller, fd, TAG, REK_POLL_READ));
    CHECK(is_ready(fd, TAG, REK_POLL_READ));
    CHECK(rek_poller_set(&poller, fd, TAG, 0));
    rek_poller_release(&poller, fd);
    close(fd);
    close(other);
}

/* A number is another descriptor's as soon as it is free. */
static void test_numbers(void)
{
    int other;
    int fd = open_pair(&other);
    rek_poller_adopt(&poller, fd);
    CHECK(rek_poller_set(&poller, fd, TAG, REK_POLL_READ));
    CHECK(rek_poller_set(&poller, fd, TAG, 0));
    int copy = dup(fd); /* as the child of a fork has one: the system's set keeps what is open */
    rek_poller_release(&poller, fd);
    close(fd);
    close(other); /* the copy can be read now, to its end */
    CHECK(is_quiet());
    int next_other;
    int next = open_pair(&next_other);
    CHECK(next == fd);
    send_byte(next_other);
    CHECK(rek_poller_set(&poller, next, TAG, REK_POLL_READ));
    CHECK(is_ready(next, TAG, REK_POLL_READ));
    CHECK(rek_poller_set(&poller, next, TAG, 0));
    CHECK(is_quiet());
    close(copy);
    close(next);
    close(next_other);
}

/* Closes a socket that is watched, without a word, and returns its number. */
static int end_silently(void)
{
    int other;
    int fd = open_pair(&other);
    rek_poller_adopt(&poller, fd);
    CHECK(rek_poller_set(&poller, fd, TAG, REK_POLL_WRITE));
    close(fd);
    close(other);
    return fd;
}

/* As libcurl does it where a connection was never made: it closes the socket, and lets go of the
 * number later. */
static void test_silent_end(void)
{
    int other;
    int fd = end_silently();
    CHECK(rek_poller_set(&poller, fd, TAG, 0));
    for (int round = 0; round < 3; round++) { /* others that have the number after it */
        int next = open_pair(&other);
        CHECK(next == fd);
        CHECK(rek_poller_set(&poller, next, TAG, REK_POLL_READ));
        send_byte(other);
        CHECK(is_ready(next, TAG, REK_POLL_READ));
        CHECK(rek_poller_set(&poller, next, TAG, 0));
        CHECK(is_quiet());
        close(next);
        close(other);
    }
}

/* The same, where the next connection has the number before libcurl let go of it: libcurl doesn't
 * say again what it wants. */
static void test_silent_change(void)
{
#if defined(__linux__)
    int other;
    int fd = end_silently();
    int next = open_pair(&other);
    CHECK(next == fd);
    rek_poller_adopt(&poller, next);
    CHECK(is_ready(next, TAG, REK_POLL_WRITE));
    CHECK(rek_poller_set(&poller, next, TAG, 0));
    CHECK(is_quiet());
    rek_poller_release(&poller, next);
    close(next);
    close(other);
#endif
}

/* One that could not be adopted is like others. */
static void test_memory(void)
{
    int other;
    int fd = open_pair(&other);
    CHECK(rek_poller_set(&poller, fd, TAG, REK_POLL_READ)); /* poll(2)'s own table stands now */
    CHECK(rek_poller_set(&poller, fd, TAG, 0));
    rek_alloc_fail_after(0);
    test_watching(true);
    rek_alloc_fail_after(-1);
    close(fd);
    close(other);
}

int main(void)
{
    CHECK(rek_poller_open(&poller));
    test_memory();
    test_watching(false);
    test_watching(true);
    test_numbers();
    test_silent_end();
    test_silent_change();
    rek_poller_close(&poller);
    return check_result();
}
