-- The emulator's faults over HTTP, met by Debian's boto3 and by our client.

local emulator = require "spec.support.emulator"
local rekognition = require "rekognition"
local cjson = require("cjson").new()

describe("the emulator's faults", function()
  local running

  setup(function() running = emulator.start() end)
  teardown(function() running.stop() end)

  describe("met by boto3", function()
    local report

    setup(function()
      local process = io.popen(("/usr/bin/python3 -W ignore spec/peers/boto3_faults.py %s 2>&1"):format(running.url))
      local text = process:read("a")
      process:close()
      report = text:sub(1, 1) == "{" and cjson.decode(text) or error("the peer failed: " .. text)
    end)

    for name, code in pairs {
      throttle = "ThrottlingException", ["500"] = "InternalServerError", rate = "ProvisionedThroughputExceededException",
      drop = "ConnectionClosedError", ["drop after"] = "ConnectionClosedError", delay = "ReadTimeoutError",
    } do
      it("look as they should: " .. name, function()
        assert.equal(code, report[name][1])
        assert.equal("well", report[name][2]) -- two attempts are struck, the third isn't
      end)
    end

    it("cut a response short", function()
      assert.not_equal("well", report.truncate[1])
    end)

    it("lose the response and keep the effect", function()
      assert.equal("ResourceInUseException", report.effect)
      assert.equal(1, report.projects)
    end)

    it("skew the clock, until a reset", function()
      assert.equal("InvalidSignatureException", report.skew)
      assert.equal(0, report["after reset"])
      assert.same({ DescribeProjects = 1 }, report.calls)
      assert.equal("well", report.s3)
    end)
  end)

  describe("met by our client", function()
    local http = require "socket.http"

    local function admin(path, value)
      local _, status = http.request(running.url .. "/_emulator/" .. path, value and cjson.encode(value) or "")
      assert.equal(200, status)
    end

    local function client(attempts, timeout)
      return rekognition.client { region = "us-east-1", endpoint = running.url, timeout = timeout or 10,
        credentials = { access_key_id = running.accounts[1].access_key_id,
                        secret_access_key = running.accounts[1].secret_access_key },
        retry = { max_attempts = attempts, max_backoff = 0.01 } }
    end

    local function outcome(one, method, params)
      local ok, problem = pcall(one[method], one, params or {})
      return ok and "well" or problem.code, problem
    end

    before_each(function() admin "reset" end)

    for name, case in pairs {
      throttle = { { fault = "throttle" }, "ThrottlingException" },
      ["a 500"] = { { fault = "error", code = "InternalServerError" }, "InternalServerError" },
      ["a drop"] = { { fault = "drop" } }, ["a drop after the effect"] = { { fault = "drop", when = "after" } },
      ["a delay"] = { { fault = "delay", seconds = 0.6 } }, ["a cut"] = { { fault = "truncate", bytes = 4 } },
    } do
      it("show as an error, and are got over by attempts: " .. name, function()
        case[1].operation = "DescribeProjects"
        admin("faults", case[1])
        local timeout = case[1].fault == "delay" and 0.3 or nil
        local code, problem = outcome(client(1, timeout), "describe_projects")
        assert.not_equal("well", code)
        if case[2] then assert.equal(case[2], code) else assert.not_equal("service", problem.kind) end
        case[1].times = 2
        admin "reset"
        admin("faults", case[1])
        assert.equal("well", (outcome(client(3, timeout), "describe_projects")))
      end)
    end

    it("leave an effect behind a lost response", function()
      admin("faults", { fault = "drop", when = "after", operation = "CreateProject" })
      local code, problem = outcome(client(3), "create_project", { ProjectName = "kept" })
      assert.equal("ResourceInUseException", code)
      assert.is_true(problem.maybe_succeeded)
    end)

    it("serve others while one waits", function()
      local socket = require "socket"
      admin("faults", { fault = "delay", seconds = 1, operation = "-" })
      local waiting = assert(socket.connect("127.0.0.1", tonumber(running.url:match("%d+$"))))
      waiting:send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
      assert.equal("well", (outcome(client(1), "describe_projects")))
      waiting:settimeout(0)
      assert.equal("timeout", (select(2, waiting:receive("*l")))) -- nothing yet
      waiting:settimeout(10)
      assert.matches("^HTTP/1.1 4", waiting:receive("*l"))
      waiting:close()
    end)
  end)

  it("serve a whole URL as the target, and refuse codings that they don't know", function()
    local socket = require "socket"
    local port = tonumber(running.url:match("%d+$"))
    -- The emulator refuses codings with 501; a libmicrohttpd 1.0 may do so before it, with 400 (1.0.1 does).
    local folder = [["$(sed -n 's/^microhttpd_include_dir:PATH=//p' "${BUILD:-build}/CMakeCache.txt")"]]
    local version <close> = assert(io.popen("grep 'define MHD_VERSION 0x' " .. folder .. "/microhttpd.h"))
    local in_library = assert(version:read "l"):find("0x0100", 1, true) and "400" or "501"
    for text, statuses in pairs {
      [("GET http://127.0.0.1:%d/_emulator/health HTTP/1.1\r\nHost: elsewhere\r\n\r\n"):format(port)] = { "200" },
      ["POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"] = { "501", in_library },
      ["POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n"] = { "400" },
    } do
      local one = assert(socket.connect("127.0.0.1", port))
      one:settimeout(10)
      one:send(text)
      local status = tostring(one:receive("*l")):match "^HTTP/1%.1 ([0-9]+)"
      one:close()
      assert.is_truthy(status and (status == statuses[1] or status == statuses[2]), ("%s: %s"):format(text, tostring(status)))
    end
  end)

  it("leave nothing on the emulator's stderr", function()
    assert.same({ 0, "" }, { running.stop() })
  end)
end)
