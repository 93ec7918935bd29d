#include "core/alloc.h"
#include "core/fork.h"
#include "core/http_client.h"

#include <stdio.h>
#include <sys/stat.h>

enum {
    LARGE_BODY = 60 << 10,          /* libcurl sends smaller ones in one piece with the headers */
    UPLOAD_BUFFER = 2 << 20,        /* for the large: fewer, larger writes */
    SMALL_UPLOAD_BUFFER = 64 << 10, /* libcurl's default */
};

/* Headers that libcurl would add of its own accord; a line without a value leaves them out. */
static char no_content_type[] = "Content-Type:";
static char no_accept[] = "Accept:";
static char no_expect[] = "Expect:";
/* What libcurl sends too, in a way that costs it more. */
static char accept_gzip[] = "Accept-Encoding: gzip";

enum { OWN_LINES = 4 };

static void set_authorities(CURL *easy, const char *ca_bundle)
{
    struct stat found;
    const char *folder = ca_bundle ? NULL : rek_http_ca_folder();
    if (ca_bundle && stat(ca_bundle, &found) == 0 && S_ISDIR(found.st_mode))
        folder = ca_bundle;
    if (!folder && !ca_bundle)
        return; /* libcurl's own default */
    const char *file = folder ? NULL : ca_bundle;
    curl_easy_setopt(easy, CURLOPT_CAINFO, file);
    curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, file);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, folder);
}

/* What holds for every request. Verification of certificates is libcurl's default; there is no
 * option that touches it. */
static bool set_up(struct rek_http *http, CURL *easy)
{
    bool good = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L); /* the path was signed as it stands */
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXCONNECTS, http->max_connections);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->curl_message);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, rek_http_on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, http);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, rek_http_on_ready);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, http);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, rek_http_on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, http);
    http->takes_gzip = (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_LIBZ) != 0;
    if (http->takes_gzip)
        good &= curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip") == CURLE_OK;
    set_authorities(easy, http->ca_bundle);
    return good;
}

/* libcurl keeps its upload buffer between requests: it is large while bodies are. These go over
 * HTTP/1.1: a body beyond HTTP/2's first window (64 KiB) can hang, processor busy, where the server
 * answers before it has read all of it (libcurl 7.74 to 7.88 at least; curl's issues 10433, 10618).
 * Everything else uses HTTP/2 where TLS offers it. */
static void set_body_size(CURL *easy, bool large)
{
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE,
                     large ? (long)UPLOAD_BUFFER : (long)SMALL_UPLOAD_BUFFER);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     large ? (long)CURL_HTTP_VERSION_1_1 : (long)CURL_HTTP_VERSION_2TLS);
}

/* A handle that came through a fork is left where it is: closing its connections here would end
 * the parent's TLS sessions. */
static bool ready_handle(struct rek_http *http)
{
    if (http->easy && http->generation == rek_fork_generation())
        return true;
    http->easy = curl_easy_init();
    if (!http->easy)
        return false;
    http->generation = rek_fork_generation();
    http->url.len = 0;
    http->proxy = NULL;
    http->method[0] = '\0';
    http->large_body = false;
    http->set_connect_timeout_ms = 0;
    http->set_timeout_ms = 0;
    set_body_size(http->easy, false);
    if (set_up(http, http->easy))
        return true;
    curl_easy_cleanup(http->easy);
    http->easy = NULL;
    return false;
}

static enum rek_http_result refuse(struct rek_http *http, const char *why)
{
    snprintf(http->message, sizeof http->message, "%s", why);
    return REK_HTTP_REQUEST;
}

/* The proxy of the URL's scheme; a direct request goes around it. */
static const struct rek_http_proxy *choose_proxy(const struct rek_http *http, bool direct)
{
    static const struct rek_http_proxy none;
    if (direct)
        return &none;
    bool https = http->url.data[4] == 's' || http->url.data[4] == 'S';
    return https ? &http->https_proxy : &http->http_proxy;
}

/* Both strings are set even where they are empty, or libcurl would read the environment. */
static bool set_proxy(struct rek_http *http, const struct rek_http_proxy *proxy)
{
    if (http->proxy == proxy)
        return true;
    const char *no_proxy = proxy->url && http->no_proxy ? http->no_proxy : "";
    bool good =
        curl_easy_setopt(http->easy, CURLOPT_PROXY, proxy->url ? proxy->url : "") == CURLE_OK &&
        curl_easy_setopt(http->easy, CURLOPT_NOPROXY, no_proxy) == CURLE_OK &&
        curl_easy_setopt(http->easy, CURLOPT_PROXYUSERNAME, proxy->user) == CURLE_OK &&
        curl_easy_setopt(http->easy, CURLOPT_PROXYPASSWORD, proxy->password) == CURLE_OK;
    http->proxy = good ? proxy : NULL;
    return good;
}

/* Gives libcurl the URL in both of its forms: the text, which it shows, and the parsed one. libcurl
 * works on a copy of the latter, which lacks the zone of an IPv6 address (7.88 at least), so that a
 * URL with a zone, as in "http://[fe80::1%25eth0]", is given as text alone. */
static enum rek_http_result parse_url(struct rek_http *http)
{
    if (!http->parsed_url)
        http->parsed_url = curl_url();
    if (!http->parsed_url)
        return REK_HTTP_MEMORY;
    CURLUcode code =
        curl_url_set(http->parsed_url, CURLUPART_URL, http->url.data, CURLU_PATH_AS_IS);
    if (code != CURLUE_OK)
        return code == CURLUE_OUT_OF_MEMORY ? REK_HTTP_MEMORY
                                            : refuse(http, curl_url_strerror(code));
    bool has_zone = memchr(http->url.data, '%', http->origin_len) != NULL;
    CURLU *parsed = has_zone ? NULL : http->parsed_url;
    /* In this order: newer ones (8.14) forget the text where the parsed form is taken away. */
    bool good = curl_easy_setopt(http->easy, CURLOPT_CURLU, parsed) == CURLE_OK &&
                curl_easy_setopt(http->easy, CURLOPT_URL, http->url.data) == CURLE_OK;
    return good ? REK_HTTP_OK : REK_HTTP_MEMORY;
}

static enum rek_http_result set_url(struct rek_http *http, struct rek_slice url)
{
    if (http->url.len == url.len + 1 && memcmp(http->url.data, url.data, url.len) == 0)
        return REK_HTTP_OK;
    struct rek_slice origin = {NULL, 0};
    const char *problem = rek_http_check_url(url, &origin);
    http->url.len = 0;
    if (problem)
        return refuse(http, problem);
    http->origin_len = origin.len;
    rek_buffer_append_slice(&http->url, url);
    rek_buffer_append_char(&http->url, '\0');
    enum rek_http_result result = http->url.failed ? REK_HTTP_MEMORY : parse_url(http);
    if (result != REK_HTTP_OK)
        rek_buffer_clear(&http->url);
    return result;
}

/* RFC 9110, section 8.6: these say how long their content is even where it is empty. */
static bool expects_body(struct rek_slice method)
{
    return rek_slice_equal(method, REK_SLICE("POST")) ||
           rek_slice_equal(method, REK_SLICE("PUT")) || rek_slice_equal(method, REK_SLICE("PATCH"));
}

static enum rek_http_result set_method(struct rek_http *http, struct rek_slice method,
                                       struct rek_slice body)
{
    bool sends_body = body.len > 0 || expects_body(method);
    if (method.len > 0 && http->method_sends_body == sends_body &&
        strlen(http->method) == method.len && memcmp(http->method, method.data, method.len) == 0)
        return REK_HTTP_OK;
    if (!rek_http_is_token(method) || method.len >= REK_HTTP_MAX_METHOD)
        return refuse(http, "the method is not a token of at most 31 characters");
    bool head = rek_slice_equal(method, REK_SLICE("HEAD"));
    if (head && body.len > 0)
        return refuse(http, "a HEAD request has no body");
    memcpy(http->method, method.data, method.len);
    http->method[method.len] = '\0';
    http->method_sends_body = sends_body;
    curl_easy_setopt(http->easy, CURLOPT_NOBODY, head ? 1L : 0L);
    if (!head)
        curl_easy_setopt(http->easy, sends_body ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
    const char *usual = head ? "HEAD" : sends_body ? "POST" : "GET";
    const char *custom = strcmp(http->method, usual) == 0 ? NULL : http->method;
    if (curl_easy_setopt(http->easy, CURLOPT_CUSTOMREQUEST, custom) == CURLE_OK)
        return REK_HTTP_OK;
    http->method[0] = '\0';
    return REK_HTTP_MEMORY;
}

/* The body is borrowed. */
static bool set_body(struct rek_http *http, struct rek_slice body)
{
    bool large = body.len >= LARGE_BODY;
    if (large != http->large_body)
        set_body_size(http->easy, large);
    http->large_body = large;
    if (!http->method_sends_body)
        return true;
    curl_easy_setopt(http->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    return curl_easy_setopt(http->easy, CURLOPT_POSTFIELDS, body.len ? body.data : "") == CURLE_OK;
}

static const char *check_header(const struct rek_http_header *header)
{
    if (!rek_http_is_token(header->name))
        return "a header's name is not a token";
    if (!rek_http_is_value(header->value))
        return "a header's value has a control character";
    if (rek_http_same_name(header->name, REK_SLICE("Transfer-Encoding")))
        return "the Transfer-Encoding header is not the caller's to set";
    return NULL;
}

/* "Name: value", or "Name;", which is how libcurl wants a header without a value. Returns where
 * the next line goes. */
static char *write_line(char *to, struct rek_slice name, struct rek_slice value)
{
    to = rek_slice_put(to, name);
    to = rek_slice_put(to, value.len > 0 ? REK_SLICE(": ") : REK_SLICE(";"));
    if (value.len > 0)
        to = rek_slice_put(to, value);
    *to = '\0';
    return to + 1;
}

/* Whether a header must begin an entry of the list: those that libcurl looks for, with the options
 * that are set here, and those without a value, which it has a form of its own for. Each entry
 * costs libcurl as much as twenty bytes of header; the others ride on one that came before, each
 * behind a line end. That one is sent as it is: of those that libcurl looks for it leaves some out,
 * and never Content-Type. */
static bool begins_entry(struct rek_slice name, struct rek_slice value)
{
    static const struct rek_slice known[] = {
        {"Host", 4},   {"Content-Type", 12}, {"Accept", 6}, {"Accept-Encoding", 15},
        {"Expect", 6}, {"Connection", 10},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (rek_http_same_name(name, known[i]))
            return true;
    return value.len == 0;
}

/* Makes room for the list and its lines; returns where the first line goes, or NULL. */
static char *reserve_headers(struct rek_http *http, const struct rek_http_request *request)
{
    size_t bytes = 1; /* so that no header at all is no special case */
    for (size_t i = 0; i < request->header_count; i++)
        bytes += request->headers[i].name.len + request->headers[i].value.len + 4;
    size_t count = request->header_count + OWN_LINES;
    if (count > http->node_capacity) {
        struct curl_slist *nodes = rek_realloc(http->nodes, count * sizeof *nodes);
        if (!nodes)
            return NULL;
        http->nodes = nodes;
        http->node_capacity = count;
    }
    http->lines.failed = false;
    return rek_buffer_reserve(&http->lines, bytes);
}

/* Adds a line to the list, which stays ended. */
static void add_line(struct rek_http *http, size_t *count, char *line)
{
    if (*count > 0)
        http->nodes[*count - 1].next = &http->nodes[*count];
    http->nodes[*count] = (struct curl_slist){.data = line};
    ++*count;
}

/* libcurl takes the list as it is and keeps no copy: it lives in memory used again for each
 * request. Content-Length is left to libcurl, which knows the body. */
static enum rek_http_result set_headers(struct rek_http *http,
                                        const struct rek_http_request *request)
{
    char *line = reserve_headers(http, request);
    if (!line)
        return REK_HTTP_MEMORY;
    bool has_content_type = false;
    bool has_encoding = !http->takes_gzip;
    size_t count = 0;
    bool takes_riders = false;
    for (size_t i = 0; i < request->header_count; i++) {
        const struct rek_http_header *header = &request->headers[i];
        const char *problem = check_header(header);
        if (problem)
            return refuse(http, problem);
        if (rek_http_same_name(header->name, REK_SLICE("Content-Length")))
            continue;
        struct rek_slice value = rek_http_trim(header->value);
        bool is_content_type = rek_http_same_name(header->name, REK_SLICE("Content-Type"));
        has_content_type |= is_content_type;
        has_encoding |= rek_http_same_name(header->name, REK_SLICE("Accept-Encoding"));
        bool begins = begins_entry(header->name, value);
        if (begins || !takes_riders) {
            add_line(http, &count, line);
            takes_riders = !begins || (is_content_type && value.len > 0);
        } else {
            line[-1] = '\r'; /* in the place of the end of the line before */
            *line++ = '\n';
        }
        line = write_line(line, header->name, value);
    }
    if (!has_content_type)
        add_line(http, &count, no_content_type);
    add_line(http, &count, no_accept);
    if (!has_encoding)
        add_line(http, &count, accept_gzip);
    if (request->body.len >= LARGE_BODY)
        add_line(http, &count, no_expect); /* libcurl would from 1 MiB on */
    curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, http->nodes);
    return REK_HTTP_OK;
}

static void set_timeouts(struct rek_http *http, const struct rek_http_request *request)
{
    long connect_timeout = request->connect_timeout_ms;
    long timeout = request->timeout_ms;
    connect_timeout = connect_timeout ? connect_timeout : http->connect_timeout_ms;
    timeout = timeout ? timeout : http->timeout_ms;
    if (http->set_connect_timeout_ms != connect_timeout)
        curl_easy_setopt(http->easy, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout);
    if (http->set_timeout_ms != timeout)
        curl_easy_setopt(http->easy, CURLOPT_TIMEOUT_MS, timeout);
    http->set_connect_timeout_ms = connect_timeout;
    http->set_timeout_ms = timeout;
}

enum rek_http_result rek_http_prepare(struct rek_http *http, const struct rek_http_request *request)
{
    if (!ready_handle(http))
        return REK_HTTP_MEMORY;
    enum rek_http_result result = set_url(http, request->url);
    if (result == REK_HTTP_OK && !set_proxy(http, choose_proxy(http, request->direct)))
        result = REK_HTTP_MEMORY;
    if (result == REK_HTTP_OK)
        result = set_method(http, request->method, request->body);
    if (result == REK_HTTP_OK)
        result = set_headers(http, request);
    if (result == REK_HTTP_OK && !set_body(http, request->body))
        result = REK_HTTP_MEMORY;
    set_timeouts(http, request);
    return result;
}
