/* Which hosts are reached directly, by a list as NO_PROXY has it. Expected values: what curl (its
 * manual page, NO_PROXY) and Python's urllib.request.proxy_bypass_environment say, where they know
 * such entries. */
#include "core/http_client.h"
#include "test/check.h"

static const struct {
    const char *list;
    const char *origin;
    bool direct;
} cases[] = {
    {"", "http://example.com", false},
    {"*", "http://example.com", true},
    {"a, *", "http://example.com", false}, /* for both, an asterisk stands alone */
    {" *", "http://example.com", false},
    {"example.com", "http://example.com", true},
    {"example.com", "https://EXAMPLE.com:8443", true},
    {"EXAMPLE.COM", "http://example.com", true},
    {"example.com", "http://www.example.com", true},
    {".example.com", "http://www.example.com", true},
    {".example.com", "http://example.com", true},
    {"example.com.", "http://example.com", true},
    {"example.com", "http://example.com.", true},
    {"example.com", "http://notexample.com", false},
    {"example.com", "http://example.com.evil", false},
    {"ample.com", "http://example.com", false},
    {"com", "http://example.com", true},
    {".", "http://example.com", false},
    {",, ,", "http://example.com", false},
    {"a,b,example.com,c", "http://example.com", true},
    {"a b\texample.com", "http://example.com", true},
    {"localhost:4566", "http://localhost:4566", true},
    {"localhost:4566", "http://localhost:4567", false},
    {"localhost:4566", "http://localhost", false},
    {"localhost:80", "http://localhost", false}, /* for both, the port is the URL's own text */
    {"localhost:443", "https://localhost", false},
    {"localhost:80", "http://localhost:80", true},
    {"localhost:443", "http://localhost", false},
    {".example.com:8080", "http://www.example.com:8080", true},
    {"example.com:", "http://example.com", false}, /* for both, no host has this name */
    {"a,example.com:", "https://example.com:443", false},
    {"127.0.0.1:", "http://127.0.0.1", false},
    {"[::1]:", "http://[::1]", false},
    {"127.0.0.1", "http://127.0.0.1:8080", true},
    {"127.0.0.1:8080", "http://127.0.0.1:8080", true},
    {"127.0.0.1:8081", "http://127.0.0.1:8080", false},
    {"0.0.1", "http://127.0.0.1", false}, /* an address has no suffix */
    {"::1", "http://[::1]", true},
    {"[::1]", "http://[::1]:8080", true},
    {"[::1]:8080", "http://[::1]:8080", true},
    {"[::1]:8081", "http://[::1]:8080", false},
    {"0:0:0:0:0:0:0:1", "http://[::1]", true},
    {"fd00:ec2::254", "http://[FD00:EC2::254]", true},
    {"fe80::1", "http://[fe80::1%25eth0]", true},
    {"::2", "http://[::1]", false},
    {"10.0.0.0/8", "http://10.1.2.3", true},
    {"10.0.0.0/8", "http://11.1.2.3", false},
    {"192.168.1.128/25", "http://192.168.1.200", true},
    {"192.168.1.128/25", "http://192.168.1.100", false},
    {"192.168.1.1/32", "http://192.168.1.1", true},
    {"0.0.0.0/0", "http://192.168.1.1", true},
    {"fd00::/8", "http://[fd12::1]", true},
    {"fd00::/8", "http://[fe80::1]", false},
    {"10.0.0.0/", "http://10.0.0.0", false},
    {"10.0.0.0/x", "http://10.0.0.0", false},
    {"10.0.0.0/33", "http://10.0.0.0", false},
    {"10.0.0.0/99999999999", "http://10.0.0.0", false},
    {"10.0.0.0/8", "http://example.com", false},
    {"example.com/8", "http://example.com", false},
};

int main(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool direct =
            rek_http_is_direct(rek_slice_cstr(cases[i].list), rek_slice_cstr(cases[i].origin));
        if (!CHECK(direct == cases[i].direct))
            fprintf(stderr, "  \"%s\" and %s\n", cases[i].list, cases[i].origin);
    }
    return check_result();
}
