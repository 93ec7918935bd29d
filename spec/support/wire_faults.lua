-- What can go wrong on the wire, by the code of the failure: one table for every way of sending a request.
-- (spec/http/codes_spec.lua: the transport; spec/async/wire_faults_spec.lua: calls that block, tasks, futures.)

local http2_faults = require "spec.support.http2_faults"
local support = require "spec.support.http_server"

local new_url = support.url
local server, folder

local function url(...) return new_url(...) end

local function trusting(options)
  options = options or {}
  options.ca_bundle = folder .. "/ca.pem"
  return options
end

-- libcurl's code, what happens, options, request, code, sent, and what the message says.
local cases = {
  { "COULDNT_RESOLVE_HOST", "a name that nobody knows", function() return {}, { url = "http://name.invalid/" } end,
    "connect", false },
  { "COULDNT_RESOLVE_PROXY", "a proxy that nobody knows",
    function() return { proxy = "http://name.invalid:1" }, { url = url "/echo" } end, "proxy", false },
  { "COULDNT_CONNECT", "a port where nobody listens",
    function() return {}, { url = "http://" .. server.closed .. "/" } end, "connect", false },
  { "COULDNT_CONNECT", "a proxy where nobody listens",
    function() return { proxy = "http://" .. server.closed }, { url = url "/echo" } end, "connect", false },
  { "OPERATION_TIMEDOUT", "a connection that is not taken",
    function() return {}, { url = "http://" .. server.full .. "/", connect_timeout = 0.1 } end, "timeout", false },
  { "OPERATION_TIMEDOUT", "silence in the TLS handshake",
    function() return {}, { url = "https://" .. server.stay_silent .. "/", connect_timeout = 0.1 } end, "timeout", false },
  { "OPERATION_TIMEDOUT", "a proxy that is silent",
    function() return { proxy = "http://" .. server.stay_silent }, { url = url("/", "tls"), timeout = 0.1 } end,
    "timeout", false },
  { "OPERATION_TIMEDOUT", "no response", function() return {}, { url = url "/hang", timeout = 0.1 } end, "timeout", true },
  { "OPERATION_TIMEDOUT", "half a body", function() return {}, { url = url "/hang-body", timeout = 0.1 } end, "timeout", true },
  { "PEER_FAILED_VERIFICATION", "a certificate of another authority",
    function() return { ca_bundle = folder .. "/other-ca.pem" }, { url = url("/echo", "tls") } end, "tls", false },
  { "PEER_FAILED_VERIFICATION", "a certificate of another host",
    function() return trusting(), { url = url("/echo", "wrong_host") } end, "tls", false },
  { "PEER_FAILED_VERIFICATION", "a certificate that has expired",
    function() return trusting(), { url = url("/echo", "expired") } end, "tls", false },
  { "SSL_CONNECT_ERROR", "a client without the certificate that is asked for",
    function() return trusting(), { url = url("/echo", "tls_client") } end, "tls", false, "set client_cert and client_key" },
  { "RECV_ERROR", "a client without a certificate, refused after its handshake (TLS 1.3)",
    function() return trusting(), { url = url("/echo", "tls_client_13") } end, "tls", false, "set client_cert and client_key" },
  { "RECV_ERROR", "a client without a certificate, refused while it sends",
    function() return trusting(), { url = url("/echo", "tls_client_13"), body = ("x"):rep(300000) } end, "tls", false,
    "set client_cert and client_key" },
  { "RECV_ERROR", "a client certificate of another authority (TLS 1.3)",
    function()
      return trusting { client_cert = folder .. "/other-ca.pem", client_key = folder .. "/other-ca.key" },
        { url = url("/echo", "tls_client_13") }
    end, "tls", false, "refuses the certificate in client_cert" },
  { "SSL_CONNECT_ERROR", "a server that speaks HTTP alone",
    function() return {}, { url = "https://" .. server.plain .. "/" } end, "tls", false, "does not speak TLS there" },
  { "SSL_CONNECT_ERROR", "a server that speaks something else",
    function() return {}, { url = "https://" .. server.speak_another .. "/" } end, "tls", false, "does not speak TLS there" },
  { "SSL_CONNECT_ERROR", "an end inside the TLS handshake",
    function() return {}, { url = "https://" .. server.hang_up .. "/" } end, "reset", false },
  { "SSL_CONNECT_ERROR", "a reset inside the TLS handshake",
    function() return {}, { url = "https://" .. server.hang_up_hard .. "/" } end, "reset", false },
  { "SSL_CONNECT_ERROR", "an end inside the TLS handshake in a tunnel",
    function() return { proxy = "http://" .. server.tunnel_hang_up }, { url = url("/", "tls") } end, "reset", false },
  { "SSL_CONNECT_ERROR", "a reset inside the TLS handshake in a tunnel",
    function() return { proxy = "http://" .. server.tunnel_hang_up_hard }, { url = url("/", "tls") } end, "reset", false },
  { "RECV_ERROR", "a proxy that ends instead of making a tunnel",
    function() return { proxy = "http://" .. server.hang_up }, { url = url("/", "tls") } end, "reset", false },
  { "RECV_ERROR", "a proxy that resets instead of making a tunnel",
    function() return { proxy = "http://" .. server.hang_up_hard }, { url = url("/", "tls") } end, "reset", false },
  { "RECV_ERROR", "a proxy that refuses a tunnel",
    function() return { proxy = "http://" .. server.answer_502 }, { url = url("/", "tls") } end, "proxy", false },
  { "RECV_ERROR", "a proxy that wants another password",
    function() return { proxy = "http://user:wrong@" .. server.proxy }, { url = url("/", "tls") } end, "proxy", false },
  { "PROXY", "a SOCKS proxy that does not speak SOCKS",
    function() return { proxy = "socks5://" .. server.speak_another }, { url = url "/echo" } end, "proxy", false },
  { "GOT_NOTHING", "an end instead of a response", function() return {}, { url = url "/nothing" } end, "reset", true },
  { "RECV_ERROR", "a reset instead of a response", function() return {}, { url = url "/reset" } end, "reset", true },
  { "RECV_ERROR", "a reset in the body", function() return {}, { url = url "/reset-body" } end, "reset", true },
  { "PARTIAL_FILE", "a body that ends too early", function() return {}, { url = url "/short" } end, "reset", true },
  { "PARTIAL_FILE", "chunks that end too early", function() return {}, { url = url "/chunked-truncated" } end, "reset", true },
  { "OK", "headers that end too early", function() return {}, { url = url "/headers-truncated" } end, "reset", true },
  { "OK", "gzip that ends too early", function() return {}, { url = url "/gzip-cut" } end, "reset", true },
  { "RECV_ERROR", "chunks without lengths", function() return {}, { url = url "/chunked-broken" } end, "protocol", true },
  { "RECV_ERROR", "chunks longer than they say", function() return {}, { url = url "/chunked-long" } end, "protocol", true },
  { "RECV_ERROR", "a trailer over 100 KB", function() return {}, { url = url "/long-trailer" } end, "too_large", true },
  { "UNSUPPORTED_PROTOCOL", "text without a status line", function() return {}, { url = url "/old-http" } end,
    "protocol", true },
  { "WEIRD_SERVER_REPLY", "a length that is not a number", function() return {}, { url = url "/bad-length" } end, "protocol", true },
  { "WRITE_ERROR", "gzip that is not gzip", function() return {}, { url = url "/gzip-broken" } end, "protocol", true, "gzip" },
  { "WRITE_ERROR", "something behind gzip", function() return {}, { url = url "/gzip-rest" } end, "protocol", true, "gzip" },
  { "WRITE_ERROR", "a coding that was not asked for", function() return {}, { url = url "/br" } end, "protocol", true,
    "not asked for" },
  { "WRITE_ERROR", "gzip in gzip", function() return {}, { url = url "/gzip-gzip" } end, "protocol", true, "not asked for" },
  { "WRITE_ERROR", "gzip in gzip, said in two lines", function() return {}, { url = url "/gzip-gzip/lines" } end,
    "protocol", true, "not asked for" },
  { "WRITE_ERROR", "a body beyond the limit",
    function() return { max_response_bytes = 10 }, { url = url "/large/11" } end, "too_large", true },
  { "WRITE_ERROR", "gzip beyond the limit", function() return { max_response_bytes = 1000 }, { url = url "/bomb" } end,
    "too_large", true },
  { "WRITE_ERROR", "many headers", function() return {}, { url = url "/many-headers" } end, "too_large", true },
  { "WRITE_ERROR", "interim responses without end", function() return {}, { url = url "/interim-flood" } end,
    "too_large", true },
  { "OUT_OF_MEMORY", "a header line over 100 KB", function() return {}, { url = url "/header-line/110000" } end,
    "too_large", true },
  { "OUT_OF_MEMORY", "a header line over 1 MB", function() return {}, { url = url "/header-line/1100000" } end,
    "too_large", true },
  { "URL_MALFORMAT", "a port that is out of range", function() return {}, { url = "http://127.0.0.1:99999/" } end, "request", false },
}

-- Alerts of TLS instead of a handshake (RFC 8446, 6.2). An internal error of the server's has nothing to do with us.
for number, what in pairs { [40] = "handshake_failure", [70] = "protocol_version", [80] = "internal_error",
  [112] = "unrecognized_name", [120] = "no_application_protocol: ALPN offers nothing that the server knows" } do
  cases[#cases + 1] = { "SSL_CONNECT_ERROR", "the alert " .. what, function()
    return trusting(), { url = "https://" .. server["alert_" .. number] .. "/" }
  end, number == 80 and "reset" or "tls", false }
end

-- libcurl's code is CURLE_HTTP2 or one beside it. also: another code, of other versions of libcurl; by_version: `sent`
-- depends on it too; is_http2,
-- shares: requests that are under way at the same time share a connection.
table.move(http2_faults.cases(trusting, function(name) return server[name] end), 1, 1000, #cases + 1, cases)

--- Whether the code is the one of the case.
local function is_code(case, code) return code == case[4] or code == case.also end

local M = { is_code = is_code, cases = cases, trusting = trusting }

--- What the cases stand on.
function M.use(server_, folder_) server, folder = server_, folder_ end

return M
