#include "core/alloc.h"
#include "core/http_internal.h"

#include <stdio.h>

enum {
    LARGE_BODY = 60 << 10,          /* libcurl sends smaller ones in one piece with the headers */
    UPLOAD_BUFFER = 2 << 20,        /* for the large: fewer, larger writes */
    SMALL_UPLOAD_BUFFER = 64 << 10, /* libcurl's default */
};

/* Headers that libcurl would add of its own accord; a line without a value leaves them out. */
static char no_host[] = "Host:";
static char no_content_type[] = "Content-Type:";
static char no_accept[] = "Accept:";
static char no_expect[] = "Expect:";
/* What http_receive.c undoes. */
static char accept_gzip[] = "Accept-Encoding: gzip";

enum { OWN_LINES = 5 };

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

static enum rek_http_result refuse(struct rek_http_transfer *t, const char *why)
{
    snprintf(t->failure.message, sizeof t->failure.message, "%s", why);
    return REK_HTTP_REQUEST;
}

/* The proxy of the URL's scheme; a direct request goes around it, and so does one to a host that
 * is excepted. */
static const struct rek_http_proxy *choose_proxy(const struct rek_http_transfer *t, bool direct)
{
    static const struct rek_http_proxy none;
    const struct rek_http_client *client = t->client;
    bool https = t->url.data[4] == 's' || t->url.data[4] == 'S';
    const struct rek_http_proxy *proxy = https ? &client->https_proxy : &client->http_proxy;
    if (direct || !proxy->url ||
        rek_http_is_direct(rek_buffer_slice(&client->no_proxy),
                           rek_slice_of(t->url.data, t->origin_len)))
        return &none;
    return proxy;
}

/* The proxy is set even where there is none, or libcurl would read the environment. */
static bool set_proxy(struct rek_http_transfer *t, const struct rek_http_proxy *proxy)
{
    if (t->proxy == proxy)
        return true;
    t->tunnel_size = 0;
    bool good =
        curl_easy_setopt(t->easy, CURLOPT_PROXY, proxy->url ? proxy->url : "") == CURLE_OK &&
        curl_easy_setopt(t->easy, CURLOPT_PROXYUSERNAME, proxy->user) == CURLE_OK &&
        curl_easy_setopt(t->easy, CURLOPT_PROXYPASSWORD, proxy->password) == CURLE_OK;
    t->proxy = good ? proxy : NULL;
    return good;
}

/* Sets libcurl's URL in both of its forms: the text, which it shows, and the parsed one. libcurl
 * works on a copy of the latter, which lacks the zone of an IPv6 address (7.88 at least), so that a
 * URL with a zone, as in "http://[fe80::1%25eth0]", is given as text alone. */
static enum rek_http_result parse_url(struct rek_http_transfer *t)
{
    if (!t->parsed_url)
        t->parsed_url = curl_url();
    if (!t->parsed_url)
        return REK_HTTP_MEMORY;
    CURLUcode code = curl_url_set(t->parsed_url, CURLUPART_URL, t->url.data, CURLU_PATH_AS_IS);
    if (code != CURLUE_OK)
        return code == CURLUE_OUT_OF_MEMORY ? REK_HTTP_MEMORY : refuse(t, curl_url_strerror(code));
    bool has_zone = memchr(t->url.data, '%', t->origin_len) != NULL;
    CURLU *parsed = has_zone ? NULL : t->parsed_url;
    /* In this order: newer ones (8.14) forget the text where the parsed form is taken away. */
    bool good = curl_easy_setopt(t->easy, CURLOPT_CURLU, parsed) == CURLE_OK &&
                curl_easy_setopt(t->easy, CURLOPT_URL, t->url.data) == CURLE_OK;
    return good ? REK_HTTP_OK : REK_HTTP_MEMORY;
}

static enum rek_http_result set_url(struct rek_http_transfer *t, struct rek_slice url)
{
    if (t->url.len == url.len + 1 && memcmp(t->url.data, url.data, url.len) == 0)
        return REK_HTTP_OK;
    struct rek_slice origin = {NULL, 0};
    const char *problem = rek_http_check_url(url, &origin);
    t->url.len = 0;
    if (problem)
        return refuse(t, problem);
    t->origin_len = origin.len;
    t->tunnel_size = 0;
    rek_buffer_append_slice(&t->url, url);
    rek_buffer_append_char(&t->url, '\0');
    enum rek_http_result result = t->url.failed ? REK_HTTP_MEMORY : parse_url(t);
    if (result != REK_HTTP_OK)
        rek_buffer_clear(&t->url);
    return result;
}

/* RFC 9110, section 8.6: these say how long their content is even where it is empty. */
static bool expects_body(struct rek_slice method)
{
    return rek_slice_equal(method, REK_SLICE("POST")) ||
           rek_slice_equal(method, REK_SLICE("PUT")) || rek_slice_equal(method, REK_SLICE("PATCH"));
}

static enum rek_http_result set_method(struct rek_http_transfer *t, struct rek_slice method,
                                       struct rek_slice body)
{
    bool sends_body = body.len > 0 || expects_body(method);
    if (method.len > 0 && t->method_sends_body == sends_body && strlen(t->method) == method.len &&
        memcmp(t->method, method.data, method.len) == 0)
        return REK_HTTP_OK;
    if (!rek_http_is_token(method) || method.len >= REK_HTTP_MAX_METHOD)
        return refuse(t, "the method is not a token of at most 31 characters");
    bool head = rek_slice_equal(method, REK_SLICE("HEAD"));
    if (head && body.len > 0)
        return refuse(t, "a HEAD request has no body");
    memcpy(t->method, method.data, method.len);
    t->method[method.len] = '\0';
    t->method_sends_body = sends_body;
    curl_easy_setopt(t->easy, CURLOPT_NOBODY, head ? 1L : 0L);
    if (!head)
        curl_easy_setopt(t->easy, sends_body ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
    const char *usual = head ? "HEAD" : sends_body ? "POST" : "GET";
    const char *custom = strcmp(t->method, usual) == 0 ? NULL : t->method;
    if (curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, custom) == CURLE_OK)
        return REK_HTTP_OK;
    t->method[0] = '\0';
    return REK_HTTP_MEMORY;
}

/* The body is borrowed. */
static bool set_body(struct rek_http_transfer *t, struct rek_slice body)
{
    bool large = body.len >= LARGE_BODY;
    if (large != t->large_body || !t->size_is_set)
        set_body_size(t->easy, large);
    t->large_body = large;
    t->size_is_set = true;
    if (!t->method_sends_body)
        return true;
    curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    return curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, body.len ? body.data : "") == CURLE_OK;
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

/* Makes room for the list and its lines; returns where the first line goes, or NULL. */
static char *reserve_headers(struct rek_http_transfer *t, const struct rek_http_request *request)
{
    size_t bytes = 1; /* so that no header at all is no special case */
    for (size_t i = 0; i < request->header_count; i++)
        bytes += request->headers[i].name.len + request->headers[i].value.len + 4;
    size_t count = request->header_count + OWN_LINES;
    if (count > t->node_capacity) {
        struct curl_slist *nodes = rek_realloc(t->nodes, count * sizeof *nodes);
        if (!nodes)
            return NULL;
        t->nodes = nodes;
        t->node_capacity = count;
    }
    t->lines.failed = false;
    return rek_buffer_reserve(&t->lines, bytes);
}

/* Adds a line to the list, which stays ended. */
static void add_line(struct rek_http_transfer *t, size_t *count, char *line)
{
    if (*count > 0)
        t->nodes[*count - 1].next = &t->nodes[*count];
    t->nodes[*count] = (struct curl_slist){.data = line};
    ++*count;
}

/* The headers that change what libcurl or we add. */
struct special {
    const struct rek_http_header *host; /* NULL: not there */
    bool accept_encoding;
    bool content_type;
    const char *problem; /* why a header is refused */
};

static struct special look_at_headers(const struct rek_http_request *request)
{
    struct special found = {0};
    for (size_t i = 0; i < request->header_count; i++) {
        const struct rek_http_header *header = &request->headers[i];
        const char *problem = i < request->checked_count ? NULL : check_header(header);
        if (problem)
            found.problem = problem;
        else if (rek_http_same_name(header->name, REK_SLICE("Host")))
            found.host = found.host ? found.host : header;
        else if (rek_http_same_name(header->name, REK_SLICE("Accept-Encoding")))
            found.accept_encoding = true;
        else if (rek_http_same_name(header->name, REK_SLICE("Content-Type")))
            found.content_type = true;
    }
    return found;
}

/* Whether libcurl gets this one in its place among the others. */
static bool has_place(const struct rek_http_request *request, const struct rek_http_header *header)
{
    return header != request->front && !rek_http_same_name(header->name, REK_SLICE("Host")) &&
           !rek_http_same_name(header->name, REK_SLICE("Content-Length"));
}

static char *add_header(struct rek_http_transfer *t, size_t *count, char *line,
                        const struct rek_http_header *header)
{
    add_line(t, count, line);
    return write_line(line, header->name, rek_http_trim(header->value));
}

/* libcurl takes the list as it is and keeps no copy: it lives in memory used again for each
 * request. Content-Length is left to libcurl, which knows the body. Our own lines come first:
 * libcurl goes through the list for each name that it looks for.
 * A Host header is given as two entries, one that leaves out libcurl's own, and the line. Otherwise
 * libcurl would write it by one printf and copy it by another, and look for its name again in each
 * further entry. It stays the first line. */
static enum rek_http_result set_headers(struct rek_http_transfer *t,
                                        const struct rek_http_request *request)
{
    struct special found = look_at_headers(request);
    if (found.problem)
        return refuse(t, found.problem);
    char *line = reserve_headers(t, request);
    if (!line)
        return REK_HTTP_MEMORY;
    size_t count = 0;
    if (found.host) {
        add_line(t, &count, no_host);
        line = add_header(t, &count, line, found.host);
    }
    if (request->front)
        line = add_header(t, &count, line, request->front);
    if (!found.accept_encoding)
        add_line(t, &count, accept_gzip);
    add_line(t, &count, no_accept);
    if (!found.content_type)
        add_line(t, &count, no_content_type);
    if (request->body.len >= LARGE_BODY)
        add_line(t, &count, no_expect); /* libcurl would from 1 MiB on */
    for (size_t i = 0; i < request->header_count; i++)
        if (has_place(request, &request->headers[i]))
            line = add_header(t, &count, line, &request->headers[i]);
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->nodes);
    return REK_HTTP_OK;
}

static void set_timeouts(struct rek_http_transfer *t, const struct rek_http_request *request)
{
    long connect_timeout = request->connect_timeout_ms;
    long timeout = request->timeout_ms;
    connect_timeout = connect_timeout ? connect_timeout : t->client->connect_timeout_ms;
    timeout = timeout ? timeout : t->client->timeout_ms;
    if (t->set_connect_timeout_ms != connect_timeout)
        curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout);
    if (t->set_timeout_ms != timeout)
        curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, timeout);
    t->set_connect_timeout_ms = connect_timeout;
    t->set_timeout_ms = timeout;
}

enum rek_http_result rek_http_prepare(struct rek_http_transfer *t,
                                      const struct rek_http_request *request)
{
    enum rek_http_result result = set_url(t, request->url);
    if (result == REK_HTTP_OK && !set_proxy(t, choose_proxy(t, request->direct)))
        result = REK_HTTP_MEMORY;
    if (result == REK_HTTP_OK)
        result = set_method(t, request->method, request->body);
    if (result == REK_HTTP_OK)
        result = set_headers(t, request);
    if (result == REK_HTTP_OK && !set_body(t, request->body))
        result = REK_HTTP_MEMORY;
    set_timeouts(t, request);
    return result;
}
