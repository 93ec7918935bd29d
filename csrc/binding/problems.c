#include "binding/problems.h"

#include "core/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { MESSAGE_SIZE = 400, PATH_LIMIT = 400, NAME_LIMIT = 64 }; /* bytes */

static bool is_plain(struct rek_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char byte = name.data[i];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
        if (!letter && (i == 0 || byte < '0' || byte > '9'))
            return false;
    }
    return name.len > 0;
}

/* As %q would write it, bytes that are no text as \xNN. */
static void write_quoted(struct rek_buffer *text, struct rek_slice name)
{
    rek_buffer_append_char(text, '"');
    for (size_t i = 0; i < name.len;) {
        unsigned char byte = (unsigned char)name.data[i];
        size_t length = 1;
        if (byte >= 0x80)
            length = rek_utf8_sequence(name.data + i, name.data + name.len);
        if (byte == '"' || byte == '\\')
            rek_buffer_append_char(text, '\\');
        if (length == 0 || byte < 0x20 || byte == 0x7f) {
            char escape[8];
            int escape_len = snprintf(escape, sizeof escape, "\\x%02X", byte);
            rek_buffer_append(text, escape, (size_t)escape_len);
            length = 1;
        } else {
            rek_buffer_append(text, name.data + i, length);
        }
        i += length;
    }
    rek_buffer_append_char(text, '"');
}

const char *lrek_write_number(char text[32], double value)
{
    snprintf(text, 32, "%.14g", value);
    char *out = text;
    for (const char *in = text; *in != '\0'; in++) {
        bool known = (*in >= '0' && *in <= '9') || (*in >= 'a' && *in <= 'z') || *in == '-' ||
                     *in == '+' || *in == '.';
        if (known)
            *out++ = *in;
        else if (out == text || out[-1] != '.') /* one point, though it may have several bytes */
            *out++ = '.';
    }
    *out = '\0';
    return text;
}

/* Shortened names end before a character, not in it. */
static struct rek_slice shorten(struct rek_slice name)
{
    if (name.len <= NAME_LIMIT)
        return name;
    size_t len = NAME_LIMIT;
    while (len > NAME_LIMIT - 3 && ((unsigned char)name.data[len] & 0xc0) == 0x80)
        len--;
    return rek_slice_of(name.data, len);
}

static void write_step(struct rek_buffer *text, size_t start, const struct lrek_place *place)
{
    struct rek_slice name = shorten(place->name);
    if (place->kind == LREK_NAME && is_plain(name)) {
        if (text->len > start)
            rek_buffer_append_char(text, '.');
        rek_buffer_append_slice(text, name);
        if (name.len < place->name.len)
            rek_buffer_append(text, "...", 3);
        return;
    }
    rek_buffer_append_char(text, '[');
    if (place->kind == LREK_INDEX) {
        char digits[24];
        int len = snprintf(digits, sizeof digits, LUA_INTEGER_FMT, place->index);
        rek_buffer_append(text, digits, (size_t)len);
    } else if (place->kind == LREK_ODD_KEY) {
        rek_buffer_append_slice(text, name);
    } else {
        write_quoted(text, name);
        if (name.len < place->name.len)
            rek_buffer_append(text, "...", 3);
    }
    rek_buffer_append_char(text, ']');
}

static void write_path(struct rek_buffer *text, size_t start, const struct lrek_place *place)
{
    if (!place->parent)
        return;
    write_path(text, start, place->parent);
    if (text->len - start < PATH_LIMIT) {
        write_step(text, start, place);
        if (text->len - start >= PATH_LIMIT)
            rek_buffer_append(text, "...", 3);
    }
}

static void add_problem(struct lrek_problems *problems, const struct lrek_place *place,
                        struct rek_slice message)
{
    struct lrek_problem *problem = &problems->list[problems->count++];
    problem->start = problems->text.len;
    write_path(&problems->text, problem->start, place);
    problem->path_len = problems->text.len - problem->start;
    problem->message_len = message.len;
    rek_buffer_append_slice(&problems->text, message);
}

bool lrek_report(struct lrek_problems *problems, const struct lrek_place *place, const char *format,
                 ...)
{
    char message[MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (problems->count < LREK_MAX_PROBLEMS)
        add_problem(problems, place,
                    rek_slice_of(message, len < MESSAGE_SIZE ? (size_t)len : MESSAGE_SIZE - 1));
    else
        problems->count++;
    return false;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* By their bytes, numbers by their value: `FaceIds[2]` before `FaceIds[10]`. */
static int compare_paths(struct rek_slice a, struct rek_slice b)
{
    size_t i = 0;
    while (i < a.len && i < b.len && a.data[i] == b.data[i])
        i++;
    size_t a_end = i, b_end = i;
    while (a_end < a.len && is_digit(a.data[a_end]))
        a_end++;
    while (b_end < b.len && is_digit(b.data[b_end]))
        b_end++;
    if (a_end > i && b_end > i && a_end != b_end)
        return a_end < b_end ? -1 : 1;
    if (i == a.len || i == b.len)
        return (a.len > b.len) - (a.len < b.len);
    return (unsigned char)a.data[i] < (unsigned char)b.data[i] ? -1 : 1;
}

/* What qsort compares carries its text along. */
struct entry {
    struct rek_slice path;
    struct rek_slice message;
};

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = compare_paths(a->path, b->path);
    return order != 0 ? order : compare_paths(a->message, b->message);
}

void lrek_push_problems(lua_State *L, struct lrek_problems *problems)
{
    struct entry entries[LREK_MAX_PROBLEMS] = {0};
    size_t count = problems->count < LREK_MAX_PROBLEMS ? problems->count : LREK_MAX_PROBLEMS;
    for (size_t i = 0; i < count; i++) {
        const struct lrek_problem *problem = &problems->list[i];
        const char *text = problems->text.data + problem->start;
        entries[i].path = rek_slice_of(text, problem->path_len);
        entries[i].message = rek_slice_of(text + problem->path_len, problem->message_len);
    }
    qsort(entries, count, sizeof entries[0], compare_entries);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_createtable(L, 0, 2);
        lua_pushlstring(L, entries[i].path.data, entries[i].path.len);
        lua_setfield(L, -2, "path");
        lua_pushlstring(L, entries[i].message.data, entries[i].message.len);
        lua_setfield(L, -2, "message");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_pushinteger(L, (lua_Integer)(problems->count - count));
}
