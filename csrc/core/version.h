/* The one place that holds the version; CMake, the rockspec and the User-Agent are checked
 * against it. */
#ifndef REK_VERSION_H
#define REK_VERSION_H

#define REK_VERSION "0.1.0"

#endif
