/* What the environment says of proxies, and base64 from files: a proxy's URL, NO_PROXY against a
 * host, base64. */
#include "core/base64.h"
#include "core/http_internal.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_proxy(const char *text)
{
    struct rek_http_proxy proxy = {0};
    if (rek_http_proxy_parse(&proxy, text) == REK_HTTP_OK && proxy.url) {
        require(rek_http_is_value(rek_slice_cstr(proxy.url)));
        require(!proxy.password || rek_http_is_value(rek_slice_cstr(proxy.password)));
    }
    rek_http_proxy_clear(&proxy);
}

/* The list is before the first line break, the URL behind it. */
static void check_exceptions(struct rek_slice bytes)
{
    const char *line = memchr(bytes.data, '\n', bytes.len);
    struct rek_slice origin;
    rek_http_is_direct(bytes, REK_SLICE("https://a.example.com:8443"));
    rek_http_is_direct(bytes, REK_SLICE("http://[fe80::1%25lo]"));
    if (!line)
        return;
    struct rek_slice list = rek_slice_of(bytes.data, (size_t)(line - bytes.data));
    struct rek_slice url = rek_slice_of(line + 1, bytes.len - list.len - 1);
    if (rek_http_check_url(url, &origin) == NULL)
        rek_http_is_direct(list, origin);
}

static void check_base64(struct rek_slice bytes)
{
    unsigned char *out = malloc(bytes.len / 4 * 3 + 1);
    char *again = malloc(REK_BASE64_ENCODED_SIZE(bytes.len) + 1);
    size_t len = 0;
    require(out != NULL && again != NULL);
    if (rek_base64_decode(out, bytes, &len)) {
        require(len <= bytes.len / 4 * 3);
        require(rek_base64_encode(again, rek_slice_of((const char *)out, len)) == bytes.len);
    }
    free(out);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rek_slice bytes = size > 0 ? rek_slice_of((const char *)data, size) : REK_SLICE("");
    char *text = malloc(size + 1);
    require(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    check_proxy(text);
    free(text);
    check_exceptions(bytes);
    check_base64(bytes);
    return 0;
}
