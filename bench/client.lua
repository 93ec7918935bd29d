--- Our client, to be measured: script/lua bench/client.lua MODE URL OPERATION IMAGE ANSWER
--
-- Modes "first" and "calls" are the floor's. "client" makes a client and ends. "signed" makes as many clients as each
-- line says, each with credentials of the shared files, and prints how long one takes to a signed request. "decode"
-- reads the file ANSWER with lua-cjson. "sign" signs a body of 590 bytes.

local inputs = dofile "bench/inputs.lua"

local mode, url, operation, image, answer = table.unpack(arg)

local function new_call()
  local client = require("rekognition").client {
    region = "us-east-1", endpoint = url,
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" },
  }
  local input = inputs.of(operation, image)
  return function() return client:call(operation, input()) end
end

-- A transport that lets nothing through: what reaches it is signed.
local function sign_and_stop(request)
  assert(request.headers)
  return { status = 200, headers = {}, body = "{}" }
end

local works = {
  calls = function()
    local call = new_call()
    call()
    return call
  end,
  signed = function()
    local rekognition, input = require "rekognition", inputs.of(operation, image)
    return function()
      local client <close> = rekognition.client { http = sign_and_stop }
      client:copy_project_version(input())
    end
  end,
  decode = function()
    local file <close> = assert(io.open(answer, "rb"))
    local cjson, text = require("cjson").new(), file:read "a"
    return function() return cjson.decode(text) end
  end,
  sign = function()
    local sign = require("rekognition").sigv4.sign
    local body = ("x"):rep(590)
    local options = {
      region = "us-east-1", service = "rekognition",
      credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" },
    }
    return function()
      options.time = os.time()
      return sign({
        method = "POST", target = "/", body = body,
        headers = {
          { "Host", "rekognition.us-east-1.amazonaws.com" },
          { "Content-Type", "application/x-amz-json-1.1" },
          { "X-Amz-Target", "RekognitionService.CopyProjectVersion" },
        },
      }, options)
    end
  end,
}

if mode == "first" or mode == "client" then
  local call = new_call()
  if mode == "first" then call() end
  print "done"
  os.exit(0) -- without waiting for the collector, as the other clients do
end

local work = works[mode]()
local now = require("rekognition.core").monotonic
for line in io.lines() do
  local count = math.tointeger(tonumber(line))
  local wall, cpu = now(), os.clock()
  for _ = 1, count do work() end
  cpu, wall = os.clock() - cpu, now() - wall
  io.write(("%.3f %.3f\n"):format(cpu / count * 1e6, wall / count * 1e6))
  io.flush()
end
