#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* mkostemp */
#endif
/* Files that hold secrets. */
#include "binding/luautil.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool write_all(int file, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t written = write(file, data, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        data += written;
        len -= (size_t)written;
    }
    return true;
}

/* A new file of mode 0600, never an existing one, that no child inherits. */
static int make_file(char *temporary)
{
#if defined(__linux__)
    return mkostemp(temporary, O_CLOEXEC);
#else
    int file = mkstemp(temporary);
    if (file >= 0)
        fcntl(file, F_SETFD, FD_CLOEXEC);
    return file;
#endif
}

/* Writes a new file, open to its owner alone, and renames it to `path`, whose old content is
 * then gone. `temporary` is a template of mkstemp. */
static bool replace_file(char *temporary, const char *path, const char *data, size_t len)
{
    int file = make_file(temporary);
    if (file < 0)
        return false;
    bool written = write_all(file, data, len) && fsync(file) == 0;
    int why = errno;
    if (close(file) != 0 && written) {
        why = errno;
        written = false;
    }
    if (written && rename(temporary, path) == 0)
        return true;
    if (written)
        why = errno;
    unlink(temporary);
    errno = why;
    return false;
}

/* write_private(path, data) -> true, or nil and why not. Whoever reads `path` meanwhile sees the
 * old file or the new one, whole; nobody but the owner can read the new one (mode 0600). */
static int files_write_private(lua_State *L)
{
    size_t path_len;
    size_t len;
    const char *path = luaL_checklstring(L, 1, &path_len);
    const char *data = luaL_checklstring(L, 2, &len);
    static const char suffix[] = ".XXXXXX";
    luaL_argcheck(L, strlen(path) == path_len, 1, "holds a NUL");
    char *temporary = lua_newuserdatauv(L, path_len + sizeof suffix, 0);
    memcpy(temporary, path, path_len);
    memcpy(temporary + path_len, suffix, sizeof suffix);
    if (replace_file(temporary, path, data, len)) {
        lua_pushboolean(L, 1);
        return 1;
    }
    int why = errno;
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", path, strerror(why));
    return 2;
}

void lrek_open_files(lua_State *L)
{
    static const luaL_Reg functions[] = {{"write_private", files_write_private}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
