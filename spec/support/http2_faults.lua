-- The faults of HTTP/2, for spec/support/wire_faults.lua: what the servers of spec/servers/http2_faults.py do, and the
-- code of the failure. RFC 9113, section 8.7: a stream that is refused (REFUSED_STREAM, or a GOAWAY with a lower number)
-- was not processed. `sent` is nil where it depends on libcurl's version whether we hear of that. held: the server goes
-- on with this one stream, so that requests which share the connection end in other ways.

local unread = "a GOAWAY that excludes the request"

local cases = {
  { "goaway_unread", unread .. ", and an end", "reset" },
  { "goaway_unread_stays", unread, "reset" },
  { "goaway_calm", unread .. ", ENHANCE_YOUR_CALM", "reset" },
  { "goaway_read", "a GOAWAY that includes the request, and an end", "reset", true },
  { "goaway_read_error", "a GOAWAY with an error", "reset", true },
  { "goaway_read_stays", "a GOAWAY that includes the request, and silence", "timeout", true },
  { "goaway_in_body", "a GOAWAY and an end in a body", "reset", true },
  { "rst_refused", "RST_STREAM, REFUSED_STREAM", "reset", false, "refused the request before it read it" },
  { "rst_internal", "RST_STREAM, INTERNAL_ERROR", "reset", true },
  { "rst_cancel", "RST_STREAM, CANCEL", "reset", true },
  { "rst_calm", "RST_STREAM, ENHANCE_YOUR_CALM", "reset", true },
  { "rst_no_error", "RST_STREAM, NO_ERROR", "reset", true },
  { "rst_http_1", "RST_STREAM, HTTP_1_1_REQUIRED", "reset", false, "refused the request before it read it" },
  { "rst_in_body", "RST_STREAM in a body", "reset", true },
  { "end", "an end instead of a response", "reset", true },
  { "reset", "a reset instead of a response", "reset", true },
  { "end_in_headers", "an end in the headers", "reset", true },
  { "end_in_frame", "an end in a frame", "reset", true },
  { "end_in_body", "an end in the body", "reset", true },
  { "reset_in_body", "a reset in the body", "reset", true },
  { "silent", "a server without SETTINGS", "timeout", true },
  { "stall", "no response", "timeout", true },
  { "stall_in_headers", "half a block of headers", "timeout", true },
  { "stall_in_body", "half a body", "timeout", true },
  { "too_short", "a body shorter than its length", "reset", true },
  { "no_status", "headers without a status", "reset", true, also = "protocol" },
  { "upper_case", "a header with a capital", "reset", true },
  { "bad_hpack", "headers that can't be read", "reset", true },
  { "bad_frame", "a frame of a wrong length", "reset", true },
  { "huge_frame", "a frame of 16 MB", "reset", true },
  { "other_stream", "data of a stream that was not opened", "reset", true },
  { "push", "a pushed response", "reset", true },
  { "window_overflow", "a window beyond 31 bits", "reset", true },
  { "not_http2", "HTTP/1.1 instead of frames", "reset", true },
  { "ping_flood", "PING without end", "reset", true },
  { "settings_flood", "SETTINGS without end", "reset", true },
  { "window_flood", "WINDOW_UPDATE without end", "reset", true },
  { "unknown_flood", "frames of an unknown kind without end", "reset", true },
  { "continuation_flood", "CONTINUATION without end", "reset", true },
  { "empty_continuation_flood", "empty CONTINUATION without end", "reset", true },
  { "empty_data_flood", "empty DATA without end", "reset", true },
  { "interim_flood", "interim responses without end", "reset", true, also = "too_large" },
  { "large_headers", "450 KB of headers", "reset", true, also = "too_large" },
  { "endless_body", "a body without end", "too_large", true, held = true },
}

local M = {}

--- The cases in the form of that table. `trusting` makes options; `address(name)` is where a fault lives.
function M.cases(trusting, address)
  local all = {}
  for place, case in ipairs(cases) do
    all[place] = { "HTTP2", "HTTP/2: " .. case[2], function()
      return trusting(), { url = "https://" .. address("h2_" .. case[1]) .. "/",
        timeout = case[3] == "timeout" and 0.2 or 10 }
    end, case[3], case[4], case[5], also = case.also, by_version = case[4] == nil, shares = not case.held,
      is_http2 = true }
  end
  return all
end

return M
