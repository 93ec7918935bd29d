/* The library's Lua files as the build knows them: their names, and their compiled forms. Compiling
 * the files takes a sixth of a process's time up to its first response. */
#ifndef REK_STARTUP_COMPILED_H
#define REK_STARTUP_COMPILED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rek_chunk {
    const char *name;  /* "rekognition.call.clock" */
    const char *file;  /* "rekognition/call/clock.lua" */
    uint64_t checksum; /* of the source */
    size_t source_len;
    const unsigned char *data; /* NULL: not compiled by this build */
    size_t len;
};

/* Sorted by name. */
extern const struct rek_chunk rek_chunks[];
extern const size_t rek_chunk_count;
/* The release of Lua that compiled them: "Lua 5.4.4". */
extern const char rek_chunks_release[];

/* The place of that module in rek_chunks, or rek_chunk_count. */
size_t rek_find_chunk(const char *name);

/* Sets valid[i] for each chunk whose source is the file below `folder` (which ends in a slash) as
 * it is now: it has the same length, and either is no newer than this module or has the same
 * checksum. None is valid if `lua_ident` is of another release of Lua than the one that compiled
 * them. */
void rek_check_chunks(const char *folder, const char *lua_ident, bool *valid);

#endif
