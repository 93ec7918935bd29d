-- Long input costs steps in proportion to its length: the steps of the Lua machine are counted, not the time.

local client = require "spec.support.emulator_client"
local emulator = require "rekognition.emulator"
local policy = require "rekognition.custom_labels.policy"

local NOW = 1656611123

-- How many hundreds of instructions a function takes.
local function steps(f)
  local count = 0
  debug.sethook(function() count = count + 1 end, "", 100)
  local ok, problem = pcall(f)
  debug.sethook()
  if not ok then error(problem, 0) end
  return count
end

-- Four times the length may cost four times the steps, and some more for what is done once.
local function grows_with_length(make, use)
  local short, long = make(15000), make(60000)
  local first, second = steps(function() use(short) end), steps(function() use(long) end)
  assert.is_true(second <= 4.5 * first + 200, ("%d steps, then %d"):format(first, second))
end

describe("steps grow with the length of", function()
  local service

  before_each(function() service = emulator.new { clock = function() return NOW end } end)

  local function handle(name, value)
    local request = client.request("DescribeProjects", "{}", { time = NOW })
    for i = #request.headers, 1, -1 do
      if request.headers[i][1]:lower() == name:lower() then table.remove(request.headers, i) end
    end
    request.headers[#request.headers + 1] = { name, value }
    local status = service:handle(request)
    assert.is_true(status >= 400 and status < 500)
  end

  for what, piece in pairs {
    ["letters"] = "x", ["commas"] = ",", ["blanks"] = " ", ["equals signs"] = "=", ["parts"] = "a=b,",
    ["parts without a value"] = "a=,", ["slashes"] = "/", ["mixed"] = "= ,x",
  } do
    it("an Authorization header of " .. what, function()
      grows_with_length(function(size) return "AWS4-HMAC-SHA256 " .. piece:rep(size // #piece) end,
        function(value) handle("Authorization", value) end)
      grows_with_length(function(size)
        return "AWS4-HMAC-SHA256 Credential=" .. piece:rep(size // #piece) .. ", SignedHeaders=host, Signature=00"
      end, function(value) handle("Authorization", value) end)
    end)
  end

  for what, make in pairs {
    ["a target's query"] = function(size) return "/?" .. ("a=b&"):rep(size // 4) end,
    ["a target's query of ampersands"] = function(size) return "/?" .. ("&"):rep(size) end,
    ["a target of percent signs"] = function(size) return "/" .. ("%41"):rep(size // 3) end,
    ["a whole URL"] = function(size) return "http://" .. ("x"):rep(size) .. "/" end,
    ["a bucket's key"] = function(size) return "/bucket/" .. ("a/"):rep(size // 2) end,
  } do
    it(what, function()
      grows_with_length(make, function(target)
        local status = service:handle { method = "GET", target = target, headers = { { "Host", "h" } }, body = "" }
        assert.is_true(status >= 400 and status < 500)
      end)
    end)
  end

  for what, make in pairs {
    ["a form"] = function(size) return ("a=b&"):rep(size // 4) end,
    ["a form of one name"] = function(size) return ("&Action"):rep(size // 7) end,
    ["a form of dots"] = function(size) return "a" .. (".b"):rep(size // 2) .. "=1" end,
  } do
    it(what, function()
      grows_with_length(make, function(body)
        service:handle { method = "POST", target = "/", body = body,
                         headers = { { "Content-Type", "application/x-www-form-urlencoded" } } }
      end)
    end)
  end

  for what, make in pairs {
    ["a policy's stars against a long value"] = function(size)
      return { ("*a"):rep(50) .. "b", ("a"):rep(size) }
    end,
    ["a policy's question marks"] = function(size) return { "*" .. ("?"):rep(20) .. "b", ("a"):rep(size) } end,
  } do
    it(what, function()
      grows_with_length(make, function(case)
        policy.decide(([[{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Resource":"*",
          "Action":"rekognition:CopyProjectVersion","Condition":{"StringLike":{"aws:UserAgent":"%s"}}}}]]):format(case[1]),
          { account = "555555555555", keys = { ["aws:UserAgent"] = case[2] } },
          "arn:aws:rekognition:us-east-1:111122223333:project/p/version/v/1")
      end)
    end)
  end

  it("a policy that isn't one", function()
    for _, piece in ipairs { "[", "{", '"', "\\", '{"a":', " ", "1", '"a",' } do
      grows_with_length(function(size) return piece:rep(size // #piece) end, function(text) policy.check(text) end)
    end
  end)
end)

-- A list that is too long, or wrong all over, is refused without a look at each of its items' texts.
describe("a request of very many items", function()
  local PROJECT = "arn:aws:rekognition:us-east-1:111122223333:project/p/1"
  for what, case in pairs {
    ["tags"] = { "TagResource", function(i) return ('"k%d":"v"'):format(i) end, '{"ResourceArn":"' .. PROJECT .. '","Tags":{%s}}' },
    ["keys of tags"] = { "UntagResource", function(i) return ('"k%d"'):format(i) end, '{"ResourceArn":"' .. PROJECT .. '","TagKeys":[%s]}' },
    ["names"] = { "DescribeProjects", function(i) return ('"k%d"'):format(i) end, '{"ProjectNames":[%s]}' },
    ["wrong assets"] = { "CreateProjectVersion", function() return '{"GroundTruthManifest":{"S3Object":{"Bucket":"","Name":""}}}' end,
      '{"ProjectArn":"' .. PROJECT .. '","VersionName":"v","OutputConfig":{},"TrainingData":{"Assets":[%s]}}' },
  } do
    it("costs few steps for each: " .. what, function()
      local input = require "rekognition.emulator.input"
      local model = require "rekognition.generated.model"
      local parts = {}
      for i = 1, 20000 do parts[i] = case[2](i) end
      local text, failure = case[3]:gsub("%%s", (table.concat(parts, ",")), 1), nil
      local taken = steps(function() failure = select(2, pcall(input.read, model, case[1], text)) end)
      assert.equal("ValidationException", failure.code)
      assert.is_true(taken * 100 < 60 * 20000, ("%d steps an item"):format(taken * 100 // 20000))
      assert.is_true(#failure.message < 20000)
    end)
  end
end)

describe("slow clients", function()
  it("keep nobody else waiting", function()
    local httpd = require "rekognition.emulator.httpd"
    local socket = require "socket"
    local served = 0
    local server <close> = httpd.new { handler = function()
      served = served + 1
      return 200, {}, "well"
    end }
    local slow = {}
    for i = 1, 300 do
      slow[i] = assert(socket.connect("127.0.0.1", server:port()))
      slow[i]:send(i % 2 == 0 and "POST / HTT" or "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf")
      server:step(0)
    end
    local client_socket = assert(socket.connect("127.0.0.1", server:port()))
    client_socket:send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    client_socket:settimeout(0)
    local line
    for _ = 1, 1000 do
      server:step(0.01)
      line = client_socket:receive("*l")
      if line then break end
    end
    assert.equal("HTTP/1.1 200 OK", line)
    assert.equal(1, served)
    for _, one in ipairs(slow) do one:close() end
    client_socket:close()
  end)

  -- The server takes 900 connections. These are in a process of its own, so that its files are its own too.
  it("up to the last but one place keep no client of any service waiting", function()
    local running = require("spec.support.emulator").start()
    local socket = require "socket"
    local port = tonumber(running.url:match "%d+$")
    local beginnings = { "POST / HTT", "POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: RekognitionService.DescribeProjects\r\n",
      "PUT /bucket/key HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf",
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nAct",
      "POST /_emulator/reset HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n", "" }
    local slow = {}
    for i = 1, 899 do
      slow[i] = assert(socket.connect("127.0.0.1", port))
      assert(slow[i]:send(beginnings[i % #beginnings + 1]))
    end
    for _, request in ipairs {
      "GET /_emulator/health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
      "GET /bucket HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    } do
      local one = assert(socket.connect("127.0.0.1", port))
      one:settimeout(20)
      one:send(request)
      assert.matches("^HTTP/1.1 [24]", one:receive "*l")
      one:close()
    end
    for _, one in ipairs(slow) do one:close() end
    assert.same({ 0, "" }, { running.stop() })
  end)
end)
