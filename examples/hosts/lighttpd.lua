--- lighttpd, mod_magnet: labels of an image that is posted.
--
--   server.modules += ( "mod_magnet" )
--   $HTTP["url"] == "/labels" { magnet.attract-raw-url-to = ( "/path/to/lighttpd.lua" ) }
--
--   $ curl --data-binary @cat.jpg http://127.0.0.1/labels
--   Cat 99.5
--
-- mod_magnet runs scripts in the server's only thread: while a call is under way, nobody else is served. Hence the
-- short timeouts. lighttpd keeps the state from one request to the next, so that the client is made once.

local rekognition = require "rekognition"

local r = lighty.r -- luacheck: globals lighty

-- One client for all requests; package.loaded is what stays.
local client = package.loaded["labels client"] ---@type rekognition.Client
if not client then
  client = rekognition.guard(rekognition.client) { connect_timeout = 1, timeout = 3, total_timeout = 5 }
  package.loaded["labels client"] = client
end

local function respond(status, text)
  r.resp_header["Content-Type"] = "text/plain; charset=utf-8"
  r.resp_body.set(text)
  return status
end

if r.req_attr["request.method"] ~= "POST" then return respond(405, "POST an image\n") end
if not r.req_body.collect then return 0 end -- lighttpd runs the script again when the body is there

-- lighttpd 1.4.69 puts the request's head before a short body: the last bytes are the image.
local image = r.req_body.get:sub(-r.req_body.len)
local ok, result = pcall(client.detect_labels, client, { Image = { Bytes = image }, MaxLabels = 5 })
if not ok then
  local is_no_image = rekognition.error.is(result, "InvalidImageFormatException")
  return respond(is_no_image and 400 or 502, tostring(result) .. "\n")
end

local lines = {}
for _, label in ipairs(result.Labels) do lines[#lines + 1] = ("%s %.1f\n"):format(label.Name, label.Confidence) end
return respond(200, table.concat(lines))
