#include "startup/compiled.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* "$LuaVersion: Lua 5.4.4  Copyright (C) ..." has the release as words. */
static bool is_same_release(const char *lua_ident)
{
    const char *found = lua_ident ? strstr(lua_ident, rek_chunks_release) : NULL;
    return found && found[strlen(rek_chunks_release)] == ' ';
}

/* As compile.lua computes it. It tells edited files from unedited ones, and guards nothing. */
static uint64_t checksum(const char *text, size_t len)
{
    uint64_t sum = 0;
    for (size_t at = 0; at < len; at += 8) {
        uint64_t word = 0;
        memcpy(&word, text + at, len - at < sizeof word ? len - at : sizeof word);
        sum = (sum ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        sum ^= sum >> 29;
    }
    return sum;
}

static bool has_checksum(const char *path, const struct rek_chunk *chunk)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    void *text = mmap(NULL, chunk->source_len, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (text == MAP_FAILED)
        return false;
    bool same = checksum(text, chunk->source_len) == chunk->checksum;
    munmap(text, chunk->source_len);
    return same;
}

/* When this module was built: the time of its own file; 0, so that every file is newer, if that
 * isn't known. */
static struct timespec build_time(void)
{
    static const char here;
    Dl_info info;
    struct stat own;
    if (!dladdr(&here, &info) || !info.dli_fname || stat(info.dli_fname, &own) != 0)
        return (struct timespec){0};
    return own.st_mtim;
}

static bool is_newer(struct timespec time, struct timespec built)
{
    if (time.tv_sec != built.tv_sec)
        return time.tv_sec > built.tv_sec;
    return time.tv_nsec >= built.tv_nsec;
}

static bool is_source(const char *path, const struct rek_chunk *chunk, struct timespec built)
{
    struct stat file;
    if (stat(path, &file) != 0)
        return false;
    if (!S_ISREG(file.st_mode) || (uint64_t)file.st_size != chunk->source_len)
        return false;
    return !is_newer(file.st_mtim, built) || has_checksum(path, chunk);
}

size_t rek_find_chunk(const char *name)
{
    size_t low = 0;
    size_t high = rek_chunk_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, rek_chunks[middle].name);
        if (order == 0)
            return middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return rek_chunk_count;
}

void rek_check_chunks(const char *folder, const char *lua_ident, bool *valid)
{
    bool same_release = is_same_release(lua_ident);
    struct timespec built = build_time();
    char path[4096];
    size_t folder_len = strlen(folder);
    if (folder_len < sizeof path)
        memcpy(path, folder, folder_len + 1);
    for (size_t i = 0; i < rek_chunk_count; i++) {
        const struct rek_chunk *chunk = &rek_chunks[i];
        size_t size = strlen(chunk->file) + 1;
        valid[i] = false;
        if (!same_release || !chunk->data || folder_len + size > sizeof path)
            continue;
        memcpy(path + folder_len, chunk->file, size);
        valid[i] = is_source(path, chunk, built);
    }
}
