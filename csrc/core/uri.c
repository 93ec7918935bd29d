#include "core/uri.h"

static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static char *put_encoded(char *out, unsigned char c)
{
    static const char digits[] = "0123456789ABCDEF";
    if (is_unreserved(c)) {
        *out++ = (char)c;
    } else {
        *out++ = '%';
        *out++ = digits[c >> 4];
        *out++ = digits[c & 15];
    }
    return out;
}

char *rek_uri_encode(char *out, struct rek_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        out = put_encoded(out, (unsigned char)text.data[i]);
    return out;
}

char *rek_uri_encode_path(char *out, struct rek_slice path)
{
    for (size_t i = 0; i < path.len; i++) {
        if (path.data[i] == '/')
            *out++ = '/';
        else
            out = put_encoded(out, (unsigned char)path.data[i]);
    }
    return out;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

char *rek_uri_recode(char *out, struct rek_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '%' && text.len - i > 2) {
            int high = digit_value(text.data[i + 1]);
            int low = digit_value(text.data[i + 2]);
            if (high >= 0 && low >= 0) {
                c = (unsigned char)(high * 16 + low);
                i += 2;
            }
        }
        out = put_encoded(out, c);
    }
    return out;
}

char *rek_uri_normalize_path(char *out, struct rek_slice path)
{
    char *root = out;
    *out++ = '/';
    size_t end;
    for (size_t start = 0; start < path.len; start = end + 1) { /* each segment, its slash behind */
        end = start;
        while (end < path.len && path.data[end] != '/')
            end++;
        struct rek_slice segment = rek_slice_of(path.data + start, end - start);
        if (rek_slice_equal(segment, REK_SLICE(".."))) {
            if (out > root + 1)
                out--;
            while (out[-1] != '/')
                out--;
        } else if (segment.len > 0 && !rek_slice_equal(segment, REK_SLICE("."))) {
            memcpy(out, segment.data, segment.len);
            out += segment.len;
            *out++ = '/';
        }
    }
    if (out > root + 1 && path.data[path.len - 1] != '/')
        out--;
    return out;
}
