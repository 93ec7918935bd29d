/* Runs a command and prints how many microseconds passed from its start to the first byte of its
 * output, and how much processor time it had taken when it ended.
 *
 * usage: first_response COMMAND [ARGUMENT...] */
#include "clock.h"

#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static double microseconds(struct timeval time)
{
    return (double)time.tv_sec * 1e6 + (double)time.tv_usec;
}

int main(int argc, char **argv)
{
    int ends[2];
    pid_t child;
    posix_spawn_file_actions_t actions;
    if (argc < 2 || pipe(ends) != 0)
        return 2;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    double start = seconds(CLOCK_MONOTONIC);
    if (posix_spawnp(&child, argv[1], &actions, NULL, argv + 1, environ) != 0)
        return 2;
    close(ends[1]);
    char byte;
    int answered = read(ends[0], &byte, 1) == 1;
    double wall = seconds(CLOCK_MONOTONIC) - start;
    int status;
    struct rusage usage;
    wait4(child, &status, 0, &usage);
    if (!answered || status != 0)
        return 1;
    printf("%.1f %.1f\n", microseconds(usage.ru_utime) + microseconds(usage.ru_stime), wall * 1e6);
    return 0;
}
