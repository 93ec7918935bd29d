/* What HTTP messages may be made of (RFC 9110, RFC 3986): checks of what is sent, so that no
 * caller's text can become a second header or a second request, and a reader of header lines. */
#ifndef REK_HTTP_SYNTAX_H
#define REK_HTTP_SYNTAX_H

#include "core/slice.h"

struct rek_http_header {
    struct rek_slice name;
    struct rek_slice value;
};

/* A token (RFC 9110, section 5.6.2): what a method and a header's name are. */
bool rek_http_is_token(struct rek_slice text);

/* Writes it in lower case to `out`, as long as the text. False where it is not a token. */
bool rek_http_lower_token(char *out, struct rek_slice text);

/* Nothing but visible characters and bytes over 127: no space, no control character. */
bool rek_http_is_visible(struct rek_slice text);

/* A header's value: no control character but the tab. Bytes over 127 are taken. */
bool rek_http_is_value(struct rek_slice text);

/* Without the spaces and tabs around it. */
struct rek_slice rek_http_trim(struct rek_slice text);

/* Whether two names are the same but for ASCII case. */
bool rek_http_same_name(struct rek_slice a, struct rek_slice b);

/* Checks a URL to be requested: http or https, a host, no user or password, no character that
 * had to be percent-encoded (space, control, over 126), no fragment. Sets *origin to its scheme,
 * host and port. NULL where all is well, or what is wrong. */
const char *rek_http_check_url(struct rek_slice url, struct rek_slice *origin);

/* Takes the next header off the front of *lines (the `headers` of a response) and sets *header to
 * slices of it, the value trimmed. Lines without a name are passed over. False at the end. */
bool rek_http_next_header(struct rek_slice *lines, struct rek_http_header *header);

/* The value of the first header of that name; {NULL, 0} where there is none. */
struct rek_slice rek_http_find_header(struct rek_slice lines, struct rek_slice name);

#endif
