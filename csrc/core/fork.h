/* Notices that the process is the child of a fork, for what must not be shared with the parent. */
#ifndef REK_FORK_H
#define REK_FORK_H

/* A number that is another one in the child of each fork. */
unsigned rek_fork_generation(void);

#endif
