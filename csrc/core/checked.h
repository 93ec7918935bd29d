/* A result that must not be overlooked. */
#ifndef REK_CHECKED_H
#define REK_CHECKED_H

#define REK_CHECKED __attribute__((warn_unused_result))

#endif
