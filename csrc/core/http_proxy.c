#include "core/crypto.h"
#include "core/http_internal.h"

#include <arpa/inet.h>

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
    size_t len = strlen(url);
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        struct rek_slice scheme = rek_slice_cstr(schemes[i]);
        if (len >= scheme.len && rek_http_same_name(rek_slice_of(url, scheme.len), scheme))
            return true;
    }
    return false;
}

/* ASCII without blanks: libcurl refuses other hosts at the first request only. */
static bool is_visible(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text >= 0x7f)
            return false;
    return true;
}

static bool has_port_0(CURLU *url)
{
    char *port = NULL;
    bool found = curl_url_get(url, CURLUPART_PORT, &port, 0) == CURLUE_OK &&
                 strspn(port, "0") == strlen(port);
    curl_free(port);
    return found;
}

/* What has no character that would end a header or a string. */
static bool is_plain(const char *text)
{
    return !text || rek_http_is_value(rek_slice_cstr(text));
}

static bool get(CURLU *url, CURLUPart part, char **out, unsigned flags)
{
    CURLUcode code = curl_url_get(url, part, out, flags);
    return code == CURLUE_OK || code == CURLUE_NO_USER || code == CURLUE_NO_PASSWORD;
}

/* Takes the URL apart. False where it can't be understood: libcurl refuses to decode a control
 * character, which must not become no password at all. */
static bool take_apart(struct rek_http_proxy *proxy, CURLU *url, const char *text)
{
    if (curl_url_set(url, CURLUPART_URL, text, CURLU_DEFAULT_SCHEME | CURLU_NON_SUPPORT_SCHEME))
        return false;
    if (!strstr(text, "://") && curl_url_set(url, CURLUPART_SCHEME, "http", 0))
        return false;
    if (!get(url, CURLUPART_USER, &proxy->user, CURLU_URLDECODE) ||
        !get(url, CURLUPART_PASSWORD, &proxy->password, CURLU_URLDECODE) ||
        !is_plain(proxy->user) || !is_plain(proxy->password))
        return false;
    return curl_url_set(url, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
           curl_url_set(url, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK &&
           curl_url_get(url, CURLUPART_URL, &proxy->url, CURLU_DEFAULT_PORT) == CURLUE_OK &&
           is_proxy_scheme(proxy->url) && is_visible(proxy->url) && !has_port_0(url);
}

/* A proxy without a scheme is an http one, and without a port it listens on its scheme's: both as
 * botocore has it. */
enum rek_http_result rek_http_proxy_parse(struct rek_http_proxy *proxy, const char *text)
{
    if (!text || !*text)
        return REK_HTTP_OK;
    CURLU *url = curl_url();
    if (!url)
        return REK_HTTP_MEMORY;
    if (strncmp(text, "//", 2) == 0)
        text += 2;
    bool good = take_apart(proxy, url, text);
    curl_url_cleanup(url);
    if (!good)
        rek_http_proxy_clear(proxy);
    return good ? REK_HTTP_OK : REK_HTTP_CONFIG;
}

/* A host as it is compared. */
struct host {
    struct rek_slice name; /* without brackets, zone and final dots */
    struct rek_slice port; /* digits, or empty */
    int family;            /* AF_INET, AF_INET6, or 0 for a name */
    unsigned char address[16];
};

static void read_address(struct host *host)
{
    char text[64];
    host->family = 0;
    if (host->name.len >= sizeof text)
        return;
    memcpy(text, host->name.data, host->name.len);
    text[host->name.len] = '\0';
    if (inet_pton(AF_INET, text, host->address) == 1)
        host->family = AF_INET;
    else if (inet_pton(AF_INET6, text, host->address) == 1)
        host->family = AF_INET6;
}

/* "host:" and "[::1]:": for curl and urllib nobody has such a name. */
static bool lacks_port(struct rek_slice text)
{
    if (text.len == 0 || text.data[text.len - 1] != ':')
        return false;
    return text.data[0] == '[' || !memchr(text.data, ':', text.len - 1);
}

/* "host", "host:port", "[::1]", "[::1]:port", "::1". */
static struct host read_host(struct rek_slice text)
{
    struct host host = {.name = text};
    const char *colon = text.len > 0 ? memchr(text.data, ':', text.len) : NULL;
    const char *bracket = text.len > 0 ? memchr(text.data, ']', text.len) : NULL;
    const char *end = text.data + text.len;
    if (lacks_port(text))
        return host;
    if (text.len > 0 && text.data[0] == '[' && bracket) {
        host.name = rek_slice_of(text.data + 1, (size_t)(bracket - text.data - 1));
        if (bracket + 1 < end && bracket[1] == ':')
            host.port = rek_slice_of(bracket + 2, (size_t)(end - bracket - 2));
    } else if (colon && !memchr(colon + 1, ':', (size_t)(end - colon - 1))) {
        host.name = rek_slice_of(text.data, (size_t)(colon - text.data));
        host.port = rek_slice_of(colon + 1, (size_t)(end - colon - 1));
    }
    const char *zone = host.name.len > 0 ? memchr(host.name.data, '%', host.name.len) : NULL;
    if (zone)
        host.name.len = (size_t)(zone - host.name.data);
    while (host.name.len > 0 && host.name.data[host.name.len - 1] == '.')
        host.name.len--;
    read_address(&host);
    return host;
}

/* "10.0.0.0/8": whether the address is in the network. */
static bool is_in_network(const struct host *host, struct rek_slice entry, const char *slash)
{
    const struct host network = read_host(rek_slice_of(entry.data, (size_t)(slash - entry.data)));
    unsigned bits = 0;
    for (const char *digit = slash + 1; digit < entry.data + entry.len; digit++) {
        if (*digit < '0' || *digit > '9' || bits > 128)
            return false;
        bits = bits * 10 + (unsigned)(*digit - '0');
    }
    unsigned most = network.family == AF_INET ? 32 : 128;
    if (!network.family || network.family != host->family || bits > most ||
        slash + 1 == entry.data + entry.len)
        return false;
    unsigned rest = bits % 8;
    unsigned mask = rest ? 0xffu << (8 - rest) & 0xff : 0;
    return memcmp(host->address, network.address, bits / 8) == 0 &&
           (!rest || ((host->address[bits / 8] ^ network.address[bits / 8]) & mask) == 0);
}

/* The host itself, or one below it. */
static bool is_below(struct rek_slice name, struct rek_slice suffix)
{
    if (suffix.len == 0 || suffix.len > name.len)
        return false;
    size_t more = name.len - suffix.len;
    return rek_http_same_name(rek_slice_of(name.data + more, suffix.len), suffix) &&
           (more == 0 || name.data[more - 1] == '.');
}

static bool matches(const struct host *host, struct rek_slice entry)
{
    const char *slash = memchr(entry.data, '/', entry.len);
    if (slash)
        return is_in_network(host, entry, slash);
    while (entry.len > 0 && entry.data[0] == '.')
        entry = rek_slice_of(entry.data + 1, entry.len - 1);
    const struct host excepted = read_host(entry);
    if (excepted.port.len > 0 && !rek_slice_equal(excepted.port, host->port))
        return false;
    if (excepted.family || host->family)
        return excepted.family == host->family &&
               memcmp(excepted.address, host->address, host->family == AF_INET ? 4 : 16) == 0;
    return is_below(host->name, excepted.name);
}

static bool is_separator(char c)
{
    return c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* As curl and Python's urllib read NO_PROXY, where the two agree: an asterisk stands for all hosts
 * if it stands alone, and a port fits the port that the URL has, not one that it leaves out. Where
 * only one knows an entry, by that one: networks are curl's, ports Python's. */
bool rek_http_is_direct(struct rek_slice no_proxy, struct rek_slice origin)
{
    bool https = origin.len > 4 && (origin.data[4] == 's' || origin.data[4] == 'S');
    size_t scheme = https ? 8 : 7;
    if (no_proxy.len == 0 || origin.len <= scheme)
        return false;
    if (rek_slice_equal(no_proxy, REK_SLICE("*")))
        return true;
    struct host host = read_host(rek_slice_of(origin.data + scheme, origin.len - scheme));
    for (size_t at = 0; at < no_proxy.len;) {
        size_t end = at;
        while (end < no_proxy.len && !is_separator(no_proxy.data[end]))
            end++;
        struct rek_slice entry = rek_slice_of(no_proxy.data + at, end - at);
        if (entry.len > 0 && matches(&host, entry))
            return true;
        at = end + 1;
    }
    return false;
}
