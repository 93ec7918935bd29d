/* Lua files in compiled form, as precompile.lua writes them while this module is built. */
#ifndef LREK_PRECOMPILED_H
#define LREK_PRECOMPILED_H

#include <stddef.h>
#include <stdint.h>

struct lrek_chunk {
    uint64_t checksum; /* of the source */
    size_t source_len;
    const unsigned char *data;
    size_t len;
};

/* The last one has no data. */
extern const struct lrek_chunk lrek_chunks[];
/* The release of Lua that compiled them: "Lua 5.4.4". */
extern const char lrek_chunks_release[];

#endif
