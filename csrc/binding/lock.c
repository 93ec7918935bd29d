/* Files that processes share: a lock that ends with its process, the folder to keep it in, and the
 * one name of a file that has several. */
#if !defined(_XOPEN_SOURCE)
#define _XOPEN_SOURCE 700 /* realpath */
#endif
#if defined(__APPLE__) && !defined(_DARWIN_C_SOURCE)
#define _DARWIN_C_SOURCE /* flock */
#endif
#include "binding/luautil.h"
#include "binding/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct lock {
    struct lrek_object object;
    int file; /* -1: released */
};

static void clear_lock(void *object)
{
    struct lock *lock = object;
    if (lock->file >= 0)
        close(lock->file);
    lock->file = -1;
}

static const struct lrek_kind lock_kind = {
    .name = "rekognition.lock",
    .size = sizeof(struct lock),
    .clear = clear_lock,
};

static int push_failure(lua_State *L, const char *path, int why)
{
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", path, strerror(why));
    return 2;
}

static const char *check_path(lua_State *L, int index)
{
    size_t len;
    const char *path = luaL_checklstring(L, index, &len);
    luaL_argcheck(L, len > 0 && strlen(path) == len, index, "must be a path");
    return path;
}

/* Whether the open file is still the one at `path`: another process may have removed it between
 * the opening and the locking. */
static bool is_current(int file, const char *path)
{
    struct stat opened;
    struct stat named;
    return fstat(file, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

/* Opens and locks the file at `path`. Returns the descriptor, or -1 with errno: EWOULDBLOCK where
 * another holds the lock. */
static int open_locked(const char *path)
{
    for (;;) {
        int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (file < 0)
            return -1;
        if (flock(file, LOCK_EX | LOCK_NB) != 0) {
            int why = errno;
            close(file);
            errno = why;
            return -1;
        }
        if (is_current(file, path))
            return file;
        close(file);
    }
}

static int lock_release(lua_State *L)
{
    clear_lock(lrek_check_object(L, 1, &lock_kind));
    return 0;
}

/* lock_file(path) -> a lock, or nil, why not, and whether another holds it. The file is made where
 * it is missing (mode 0600). The lock ends with lock:close(), `<close>`, or the process, however
 * the process ends; children don't inherit it. Never blocks. Two locks of one process exclude each
 * other as well. The holder may remove the file. */
static int lock_file(lua_State *L)
{
    const char *path = check_path(L, 1);
    struct lock *lock = lrek_new_object(L, &lock_kind, 0);
    lock->file = -1;
    lock->file = open_locked(path);
    if (lock->file >= 0)
        return 1;
    int why = errno;
    push_failure(L, path, why);
    lua_pushboolean(L, why == EWOULDBLOCK);
    return 3;
}

static int make_one_folder(const char *path)
{
    if (mkdir(path, S_IRWXU) == 0)
        return 0;
    int why = errno;
    struct stat found;
    if (stat(path, &found) == 0 && S_ISDIR(found.st_mode))
        return 0;
    return why == EEXIST ? ENOTDIR : why;
}

/* make_folder(path) -> true, or nil and why not. Makes what is missing of the path, for the owner
 * alone (mode 0700), as the XDG Base Directory Specification asks. */
static int lock_make_folder(lua_State *L)
{
    const char *given = check_path(L, 1);
    size_t len = strlen(given);
    char *path = lua_newuserdatauv(L, len + 1, 0);
    memcpy(path, given, len + 1);
    for (size_t at = 1; at <= len; at++) {
        if (path[at] != '/' && path[at] != '\0')
            continue;
        path[at] = '\0';
        int why = make_one_folder(path);
        if (why != 0)
            return push_failure(L, path, why);
        if (at < len)
            path[at] = '/';
    }
    lua_pushboolean(L, 1);
    return 1;
}

/* real_path(path) -> the path without symbolic links, "." and "..", or nil and why not. */
static int lock_real_path(lua_State *L)
{
    const char *path = check_path(L, 1);
    char *real = lua_newuserdatauv(L, PATH_MAX, 0);
    if (!realpath(path, real))
        return push_failure(L, path, errno);
    lua_pushstring(L, real);
    return 1;
}

/* link_target(path) -> what a symbolic link names, or nil where it isn't one. */
static int lock_link_target(lua_State *L)
{
    const char *path = check_path(L, 1);
    char *target = lua_newuserdatauv(L, PATH_MAX, 0);
    ssize_t len = readlink(path, target, PATH_MAX);
    if (len <= 0 || len == PATH_MAX)
        return 0;
    lua_pushlstring(L, target, (size_t)len);
    return 1;
}

/* file_kind(path) -> "file", "folder", "pipe" (where opening may block), "socket" or "device"; nil
 * where nothing is there */
static int lock_file_kind(lua_State *L)
{
    struct stat found;
    if (stat(check_path(L, 1), &found) != 0)
        return 0;
    lua_pushstring(L, S_ISREG(found.st_mode)    ? "file"
                      : S_ISDIR(found.st_mode)  ? "folder"
                      : S_ISFIFO(found.st_mode) ? "pipe"
                      : S_ISSOCK(found.st_mode) ? "socket"
                                                : "device");
    return 1;
}

void lrek_open_lock(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"lock_file", lock_file},      {"make_folder", lock_make_folder},
        {"real_path", lock_real_path}, {"link_target", lock_link_target},
        {"file_kind", lock_file_kind}, {NULL, NULL}};
    static const luaL_Reg methods[] = {
        {"close", lock_release}, {"__close", lock_release}, {NULL, NULL}};
    lrek_open_kind(L, &lock_kind);
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    luaL_setfuncs(L, functions, 0);
}
