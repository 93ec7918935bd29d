#include "core/http_syntax.h"

#include "core/word.h"

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_all(struct rek_slice text, bool (*is_allowed)(char))
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_allowed(text.data[i]))
            return false;
    return text.len > 0;
}

/* What a token may have, in lower case. */
static const char token_lower[256] = {
    ['!'] = '!', ['#'] = '#', ['$'] = '$', ['%'] = '%', ['&'] = '&', ['\''] = '\'', ['*'] = '*',
    ['+'] = '+', ['-'] = '-', ['.'] = '.', ['0'] = '0', ['1'] = '1', ['2'] = '2',   ['3'] = '3',
    ['4'] = '4', ['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9',   ['A'] = 'a',
    ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g',   ['H'] = 'h',
    ['I'] = 'i', ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n',   ['O'] = 'o',
    ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't', ['U'] = 'u',   ['V'] = 'v',
    ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z', ['^'] = '^', ['_'] = '_',   ['`'] = '`',
    ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f',   ['g'] = 'g',
    ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm',   ['n'] = 'n',
    ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't',   ['u'] = 'u',
    ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z', ['|'] = '|',   ['~'] = '~',
};

bool rek_http_lower_token(char *out, struct rek_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        out[i] = token_lower[(unsigned char)text.data[i]];
        if (!out[i])
            return false;
    }
    return text.len > 0;
}

bool rek_http_is_token(struct rek_slice text)
{
    bool good = text.len > 0;
    for (size_t i = 0; i < text.len; i++)
        good &= token_lower[(unsigned char)text.data[i]] != 0;
    return good;
}

/* Whether no byte is below `least` or a DEL. Every value that is signed or sent comes by: this
 * takes eight bytes in one step. */
static bool has_none_below(struct rek_slice text, unsigned char least)
{
    uint64_t bad = 0;
    if (text.len < REK_WORD_SIZE) {
        for (size_t i = 0; i < text.len; i++) {
            unsigned char c = (unsigned char)text.data[i];
            bad |= (c < least) | (c == 0x7f);
        }
        return bad == 0;
    }
    for (size_t i = 0; i + REK_WORD_SIZE <= text.len; i += REK_WORD_SIZE)
        bad |= rek_word_controls(rek_word_load(text.data + i), least);
    bad |= rek_word_controls(rek_word_load(text.data + text.len - REK_WORD_SIZE), least);
    return bad == 0;
}

bool rek_http_is_visible(struct rek_slice text)
{
    return has_none_below(text, 0x21);
}

bool rek_http_is_value(struct rek_slice text)
{
    if (has_none_below(text, 0x20))
        return true;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true; /* tabs */
}

struct rek_slice rek_http_trim(struct rek_slice text)
{
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = rek_slice_of(text.data + 1, text.len - 1);
    while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
        text.len--;
    return text;
}

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c;
}

bool rek_http_same_name(struct rek_slice a, struct rek_slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (a.data[i] != b.data[i] && lower(a.data[i]) != lower(b.data[i]))
            return false;
    return true;
}

static bool has_scheme(struct rek_slice url, struct rek_slice scheme)
{
    return url.len >= scheme.len && rek_http_same_name(rek_slice_of(url.data, scheme.len), scheme);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_host_char(char c)
{
    return is_alphanumeric(c) || c == '-' || c == '.' || c == '_';
}

static bool is_address_char(char c)
{
    return is_host_char(c) || c == ':' || c == '%'; /* a zone follows a percent sign */
}

/* The host and port as written: "host", "host:80", "[::1]", "[::1]:80". */
static const char *check_authority(struct rek_slice text)
{
    if (memchr(text.data, '@', text.len))
        return "the URL has a user name";
    bool in_brackets = text.len > 0 && text.data[0] == '[';
    const char *end = memchr(text.data, in_brackets ? ']' : ':', text.len);
    if (in_brackets && !end)
        return "the URL's host has no closing bracket";
    size_t host_len = end ? (size_t)(end - text.data) : text.len;
    bool good = in_brackets ? is_all(rek_slice_of(text.data + 1, host_len - 1), is_address_char)
                            : is_all(rek_slice_of(text.data, host_len), is_host_char);
    if (!good)
        return "the URL's host is missing or malformed";
    size_t port = host_len + (in_brackets ? 1 : 0);
    if (port == text.len)
        return NULL;
    if (text.data[port] != ':' ||
        !is_all(rek_slice_of(text.data + port + 1, text.len - port - 1), is_digit))
        return "the URL's port is not a number";
    return NULL;
}

const char *rek_http_check_url(struct rek_slice url, struct rek_slice *origin)
{
    for (size_t i = 0; i < url.len; i++) {
        unsigned char c = (unsigned char)url.data[i];
        if (c <= ' ' || c >= 0x7f)
            return "the URL has a character that must be percent-encoded";
    }
    size_t start;
    if (has_scheme(url, REK_SLICE("https://")))
        start = 8;
    else if (has_scheme(url, REK_SLICE("http://")))
        start = 7;
    else
        return "the URL does not begin with http:// or https://";
    size_t end = start;
    while (end < url.len && !strchr("/?#", url.data[end]))
        end++;
    struct rek_slice authority = rek_slice_of(url.data + start, end - start);
    if (memchr(url.data, '#', url.len))
        return "the URL has a fragment";
    *origin = rek_slice_of(url.data, end);
    return check_authority(authority);
}

bool rek_http_next_header(struct rek_slice *lines, struct rek_http_header *header)
{
    while (lines->len > 0) {
        const char *newline = memchr(lines->data, '\n', lines->len);
        size_t taken = newline ? (size_t)(newline - lines->data) + 1 : lines->len;
        struct rek_slice line = rek_slice_of(lines->data, newline ? taken - 1 : taken);
        *lines = rek_slice_of(lines->data + taken, lines->len - taken);
        if (line.len > 0 && line.data[line.len - 1] == '\r')
            line.len--;
        const char *colon = line.len > 0 ? memchr(line.data, ':', line.len) : NULL;
        if (!colon || colon == line.data || line.data[0] == ' ' || line.data[0] == '\t')
            continue;
        size_t name_len = (size_t)(colon - line.data);
        header->name = rek_http_trim(rek_slice_of(line.data, name_len));
        header->value = rek_http_trim(rek_slice_of(colon + 1, line.len - name_len - 1));
        return true;
    }
    return false;
}

struct rek_slice rek_http_find_header(struct rek_slice lines, struct rek_slice name)
{
    struct rek_http_header header;
    while (rek_http_next_header(&lines, &header))
        if (rek_http_same_name(header.name, name))
            return header.value;
    return rek_slice_of(NULL, 0);
}
