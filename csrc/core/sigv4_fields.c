#include "core/sigv4_internal.h"

#include "core/alloc.h"
#include "core/uri.h"

enum { OWN_HEADERS = 3, OWN_PARAMETERS = 6 };

bool rek_sigv4_fields_reset(struct rek_sigv4_fields *fields, size_t count)
{
    fields->count = 0;
    if (count <= fields->capacity)
        return true;
    struct rek_sigv4_field *items = rek_realloc(fields->items, count * sizeof *items);
    if (!items)
        return false;
    fields->items = items;
    fields->capacity = count;
    return true;
}

static int compare(struct rek_slice a, struct rek_slice b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared > 0 ? memcmp(a.data, b.data, shared) : 0;
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static void insert(struct rek_sigv4_fields *fields, size_t place,
                   const struct rek_sigv4_field *field)
{
    if (place < fields->count)
        memmove(&fields->items[place + 1], &fields->items[place],
                (fields->count - place) * sizeof *field);
    fields->items[place] = *field;
    fields->count++;
}

void rek_sigv4_add_header(struct rek_sigv4_fields *fields, const struct rek_sigv4_field *field)
{
    size_t place = fields->count;
    while (place > 0 && compare(fields->items[place - 1].name, field->name) > 0)
        place--;
    insert(fields, place, field);
}

void rek_sigv4_add_parameter(struct rek_sigv4_fields *fields, const struct rek_sigv4_field *field)
{
    size_t place = fields->count;
    while (place > 0) {
        const struct rek_sigv4_field *before = &fields->items[place - 1];
        int order = compare(before->name, field->name);
        if (order < 0 || (order == 0 && compare(before->value, field->value) <= 0))
            break;
        place--;
    }
    insert(fields, place, field);
}

/* Headers that a hop between here and the service may change or drop. */
static bool is_changed_on_the_way(struct rek_slice name)
{
    static const struct rek_slice names[] = {
        {"baggage", 7},     {"connection", 10},         {"expect", 6},
        {"keep-alive", 10}, {"proxy-authenticate", 18}, {"proxy-authorization", 19},
        {"te", 2},          {"traceparent", 11},        {"tracestate", 10},
        {"trailer", 7},     {"transfer-encoding", 17},  {"upgrade", 7},
        {"user-agent", 10}, {"x-amzn-trace-id", 15},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (rek_slice_equal(name, names[i]))
            return true;
    return false;
}

static bool is_listed(struct rek_slice list, struct rek_slice name)
{
    while (list.len >= name.len) {
        const char *semicolon = memchr(list.data, ';', list.len);
        size_t len = semicolon ? (size_t)(semicolon - list.data) : list.len;
        if (rek_slice_equal(rek_slice_of(list.data, len), name))
            return true;
        if (!semicolon)
            return false;
        list = rek_slice_of(semicolon + 1, list.len - len - 1);
    }
    return false;
}

bool rek_sigv4_signs(const struct rek_sigv4_options *options, struct rek_slice name)
{
    if (options->signed_headers.len > 0)
        return is_listed(options->signed_headers, name);
    return !is_changed_on_the_way(name);
}

bool rek_sigv4_replaces(const struct rek_sigv4_options *options, struct rek_slice name)
{
    switch (name.len) {
    case 10:
        return rek_http_same_name(name, REK_SLICE("x-amz-date"));
    case 13:
        return rek_http_same_name(name, REK_SLICE("authorization"));
    case 20:
        return (options->credentials.session_token.len > 0 &&
                rek_http_same_name(name, REK_SLICE("x-amz-security-token"))) ||
               (options->sign_body && options->mode == REK_SIGV4_HEADER &&
                rek_http_same_name(name, REK_SLICE("x-amz-content-sha256")));
    default:
        return false;
    }
}

static size_t name_room(const struct rek_sigv4_request *request)
{
    size_t bytes = 1;
    for (size_t i = 0; i < request->header_count; i++)
        bytes += request->headers[i].name.len;
    return bytes;
}

static void collect_header(struct rek_signer *signer, const struct rek_sigv4_options *options,
                           const struct rek_sigv4_field *field, struct rek_sigv4_result *result)
{
    if (rek_sigv4_replaces(options, field->name))
        return;
    if (result->payload_hash.len == 0 && !options->sign_body &&
        rek_slice_equal(field->name, REK_SLICE("x-amz-content-sha256")))
        result->payload_hash = rek_http_trim(field->value);
    if (rek_sigv4_signs(options, field->name))
        rek_sigv4_add_header(&signer->headers, field);
}

enum rek_sigv4_error rek_sigv4_collect_headers(struct rek_signer *signer,
                                               const struct rek_sigv4_request *request,
                                               const struct rek_sigv4_options *options,
                                               struct rek_sigv4_result *result)
{
    if (request->header_count > REK_SIGV4_MAX_FIELDS)
        return REK_SIGV4_TOO_MANY_HEADERS;
    signer->header_names.len = 0;
    char *names = rek_buffer_reserve(&signer->header_names, name_room(request));
    if (!names || !rek_sigv4_fields_reset(&signer->headers, request->header_count + OWN_HEADERS))
        return REK_SIGV4_NO_MEMORY;
    for (size_t i = 0; i < request->header_count; i++) {
        struct rek_http_header header = request->headers[i];
        result->bad_header = i;
        if (!rek_http_lower_token(names, header.name))
            return REK_SIGV4_HEADER_NAME;
        struct rek_sigv4_field field = {rek_slice_of(names, header.name.len), header.value,
                                        !rek_http_is_visible(header.value)};
        if (field.spaced && !rek_http_is_value(header.value))
            return REK_SIGV4_HEADER_VALUE;
        collect_header(signer, options, &field, result);
        names += header.name.len;
    }
    return REK_SIGV4_OK;
}

/* The signer's own parameters take the place of the caller's. A token is the caller's business
 * where the credentials have none. */
static bool replaces_parameter(const struct rek_sigv4_options *options, struct rek_slice name)
{
    static const struct rek_slice names[] = {
        {"X-Amz-Algorithm", 15}, {"X-Amz-Credential", 16},    {"X-Amz-Date", 10},
        {"X-Amz-Expires", 13},   {"X-Amz-SignedHeaders", 19}, {"X-Amz-Signature", 15},
    };
    if (options->mode != REK_SIGV4_QUERY)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (rek_slice_equal(name, names[i]))
            return true;
    return options->credentials.session_token.len > 0 &&
           rek_slice_equal(name, REK_SLICE("X-Amz-Security-Token"));
}

static char *recode(char *text, struct rek_slice raw, struct rek_slice *out)
{
    char *end = rek_uri_recode(text, raw);
    *out = rek_slice_of(text, (size_t)(end - text));
    return end;
}

static char *collect_parameter(struct rek_signer *signer, const struct rek_sigv4_options *options,
                               struct rek_slice raw, char *text, struct rek_sigv4_result *result)
{
    const char *equals = memchr(raw.data, '=', raw.len);
    size_t name_len = equals ? (size_t)(equals - raw.data) : raw.len;
    size_t value_start = equals ? name_len + 1 : raw.len;
    struct rek_sigv4_field field = {.spaced = false};
    text = recode(text, rek_slice_of(raw.data, name_len), &field.name);
    text = recode(text, rek_slice_of(raw.data + value_start, raw.len - value_start), &field.value);
    if (replaces_parameter(options, field.name))
        return text;
    rek_sigv4_add_parameter(&signer->parameters, &field);
    if (options->mode == REK_SIGV4_QUERY) {
        rek_buffer_append_slice(&result->target, raw);
        rek_buffer_append_char(&result->target, '&');
    }
    return text;
}

static size_t count_parameters(struct rek_slice query)
{
    size_t count = 0;
    for (size_t i = 0; i < query.len; i++)
        count += query.data[i] != '&' && (i == 0 || query.data[i - 1] == '&');
    return count;
}

enum rek_sigv4_error rek_sigv4_collect_parameters(struct rek_signer *signer, struct rek_slice query,
                                                  const struct rek_sigv4_options *options,
                                                  size_t own_room, struct rek_sigv4_result *result)
{
    size_t count = count_parameters(query);
    if (count > REK_SIGV4_MAX_FIELDS)
        return REK_SIGV4_TOO_MANY_PARAMETERS;
    signer->parameter_text.len = 0;
    char *text = rek_buffer_reserve(&signer->parameter_text, query.len * 3 + own_room + 1);
    char *start = text;
    if (!text || !rek_sigv4_fields_reset(&signer->parameters, count + OWN_PARAMETERS))
        return REK_SIGV4_NO_MEMORY;
    while (query.len > 0) {
        const char *ampersand = memchr(query.data, '&', query.len);
        size_t len = ampersand ? (size_t)(ampersand - query.data) : query.len;
        if (len > 0)
            text = collect_parameter(signer, options, rek_slice_of(query.data, len), text, result);
        size_t taken = ampersand ? len + 1 : len;
        query = rek_slice_of(query.data + taken, query.len - taken);
    }
    signer->parameter_text.len = (size_t)(text - start);
    return REK_SIGV4_OK;
}
