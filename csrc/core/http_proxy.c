#include "core/crypto.h"
#include "core/http_client.h"

void rek_http_proxy_clear(struct rek_http_proxy *proxy)
{
    if (proxy->password)
        rek_wipe(proxy->password, strlen(proxy->password));
    curl_free(proxy->url);
    curl_free(proxy->user);
    curl_free(proxy->password);
    *proxy = (struct rek_http_proxy){0};
}

static bool is_proxy_scheme(const char *url)
{
    static const char *const schemes[] = {"http:", "https:", "socks5:", "socks5h:"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncmp(url, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return false;
}

/* A proxy without a scheme is an http one, and
 * without a port it listens on its scheme's: both as botocore has it. */
enum rek_http_result rek_http_proxy_parse(struct rek_http_proxy *proxy, const char *text)
{
    if (!text || !*text)
        return REK_HTTP_OK;
    CURLU *url = curl_url();
    if (!url)
        return REK_HTTP_MEMORY;
    enum rek_http_result result = REK_HTTP_PROXY;
    if (strncmp(text, "//", 2) == 0)
        text += 2;
    if (curl_url_set(url, CURLUPART_URL, text, CURLU_DEFAULT_SCHEME | CURLU_NON_SUPPORT_SCHEME))
        goto done;
    if (!strstr(text, "://") && curl_url_set(url, CURLUPART_SCHEME, "http", 0))
        goto done;
    if (curl_url_get(url, CURLUPART_USER, &proxy->user, CURLU_URLDECODE) == CURLUE_OUT_OF_MEMORY ||
        curl_url_get(url, CURLUPART_PASSWORD, &proxy->password, CURLU_URLDECODE) ==
            CURLUE_OUT_OF_MEMORY)
        goto done;
    if (curl_url_set(url, CURLUPART_USER, NULL, 0) ||
        curl_url_set(url, CURLUPART_PASSWORD, NULL, 0) ||
        curl_url_get(url, CURLUPART_URL, &proxy->url, CURLU_DEFAULT_PORT))
        goto done;
    if (is_proxy_scheme(proxy->url))
        result = REK_HTTP_OK;
done:
    curl_url_cleanup(url);
    return result;
}
