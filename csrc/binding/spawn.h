/* Starting a command without a shell. */
#ifndef LREK_SPAWN_H
#define LREK_SPAWN_H

#include <sys/types.h>

/* A pipe, whose ends no child inherits, not even one that another thread starts meanwhile. Returns
 * 0 or errno. */
int lrek_make_pipe(int ends[2]);
/* Starts the command with the pipe as its output. What a host ignores for its own sake (SIGPIPE,
 * SIGCHLD) is not passed on. Returns 0 or errno. */
int lrek_spawn(pid_t *pid, char *const *argv, int output);

#endif
