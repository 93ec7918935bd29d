local cli = require "rekognition.emulator.cli"
local core = require "rekognition.core"
local emulator = require "spec.support.emulator"
local files = require "spec.support.files"
local socket = require "socket"

local root, build = os.getenv("REK_ROOT") or ".", os.getenv("BUILD") or "build"

-- Runs the command to its end: its exit code, stdout and stderr.
local function run(arguments)
  local errors = os.tmpname()
  local process = io.popen(("BUILD=%s %s/script/lua %s/bin/rekognition-emulator %s 2>%s"):format(
    build, root, root, arguments, errors))
  local output = process:read("a")
  local _, _, code = process:close()
  local file = io.open(errors)
  local stderr = file:read("a")
  file:close()
  os.remove(errors)
  return code, output, stderr
end

describe("the command rekognition-emulator", function()
  it("reads its options", function()
    assert.same({
      host = "::1", port = 80, region = "eu-west-1", train_seconds = 0.5, copy_seconds = 0, delete_seconds = 10,
      fail = { "a*", "b" }, clock_offset = -30.5, state_file = "s", logging = true, fail_start = { "c" }, strict_buckets = true,
      start_seconds = 1.5, stop_seconds = 2, dataset_seconds = 0, quotas = { projects = 3, models = 4 },
      rates = "aws",
      accounts = { { access_key_id = "K1", secret_access_key = "s/+=", account_id = "111122223333" },
                   { access_key_id = "K2", secret_access_key = "s", account_id = "555555555555", session_token = "t" },
                   { access_key_id = "K3", secret_access_key = "s", account_id = "555555555555", session_token = "t",
                     expires = 1656611123 } },
    }, cli.parse { "--host", "::1", "--port=80", "--region", "eu-west-1", "--train-seconds", "0.5", "--copy-seconds=0",
      "--delete-seconds", "10", "--fail", "a*", "--fail=b", "--clock-offset=-30.5", "--state", "s", "--log",
      "--start-seconds", "1.5", "--stop-seconds=2", "--dataset-seconds", "0", "--fail-start", "c", "--strict-buckets", "--quota",
      "projects=3", "--quota", "models=4", "--rate", "*=2", "--rate", "aws",
      "--account", "K1:s/+=:111122223333", "--account=K2:s:555555555555:t",
      "--account", "K3:s:555555555555:t:1656611123" })
    assert.same({ fail = {}, fail_start = {} }, cli.parse {})
    assert.same({ fail = {}, fail_start = {}, identities_file = "i", clock_rate = 60, clock_at = 1893456000,
      no_admin = true, ready_file = "r", env_file = "e", faults = { { fault = "drop", when = "after", times = "2" }, { fault = "throttle" } },
      accounts = { { access_key_id = "K", secret_access_key = "s", account_id = "111122223333", user = "al" },
                   { access_key_id = "K", secret_access_key = "s", account_id = "111122223333", role = "Copy",
                     session = "one", session_token = "t" } } },
      cli.parse { "--identities", "i", "--clock-rate", "60", "--clock-at", "2030-01-01T00:00:00Z", "--no-admin",
        "--ready-file", "r", "--env-file=e", "--fault", "fault=drop,when=after,times=2", "--fault=fault=throttle",
        "--account", "K:s:111122223333/user/al", "--account", "K:s:111122223333/role/Copy/one:t" })
  end)

  it("writes the environment of an AWS SDK for a shell", function()
    local path = os.tmpname()
    for _, case in ipairs {
      { {}, "us-east-1|us-east-1|AKIAEMULATOR00000001|emulator-secret-of-111122223333|" },
      { { "--region", "eu-west-1", "--account", "K:it's $HOME:111122223333/role/Copy/one:t/+=" },
        "eu-west-1|eu-west-1|K|it's $HOME|t/+=" },
    } do
      local running = emulator.start { "--env-file", path, table.unpack(case[1]) }
      for _ = 1, 500 do -- the file comes a moment after the line
        if (files.read(path) or "") ~= "" then break end
        socket.sleep(0.01)
      end
      local shell = io.popen(("AWS_SESSION_TOKEN=old; . %s; printf '%%s|' \"$AWS_ENDPOINT_URL\" \"$AWS_REGION\" "
        .. "\"$AWS_DEFAULT_REGION\" \"$AWS_ACCESS_KEY_ID\" \"$AWS_SECRET_ACCESS_KEY\"; printf %%s \"$AWS_SESSION_TOKEN\"")
        :format(path))
      local text = shell:read("a")
      shell:close()
      assert.equal(running.url .. "|" .. case[2], text)
      running.stop()
      assert.is_nil(files.read(path))
    end
  end)

  for _, arguments in ipairs {
    { "--bogus" }, { "-p" }, { "word" }, { "" }, { "--port" }, { "--port", "x" }, { "--port", "65536" }, { "--port", "-1" },
    { "--port", "1.5" }, { "--port", "0x10" }, { "--copy-seconds", "-1" }, { "--copy-seconds", "nan" },
    { "--copy-seconds", "1e3" }, { "--train-seconds", "" }, { "--account", "K:s" }, { "--account", "K:s:123" },
    { "--account", ":s:111122223333" }, { "--account", "K:s:111122223333:" }, { "--account", "K:s:111122223333:t:x" },
    { "--log=1" }, { "--quota", "x=1" }, { "--quota", "projects" }, { "--quota", "projects=-1" }, { "--rate", "*" },
    { "--rate", "DescribeProjects=x" }, { "--start-seconds", "-1" }, { "--fault", "x" }, { "--fault", "fault=x" },
    { "--fault", "fault=drop,times=-1" }, { "--clock-rate", "-1" }, { "--clock-at", "soon" }, { "--no-admin=1" },
    { "--account", "K:s:111122223333/alice" }, { "--account", "K:s:111122223333/role/Copy" },
  } do
    it("refuses " .. table.concat(arguments, " "), function()
      local ok, problem = pcall(cli.parse, arguments)
      assert.is_false(ok)
      assert.is_string(problem.usage)
    end)
  end

  it("ends with 1 for identities that it can't read, and for a ready file that it can't write", function()
    local path = os.tmpname()
    for text, message in pairs {
      ["{"] = "could not read the identities file", ['{"1":{}}'] = "identities must have accounts of 12 digits, got 1",
      ['{"111122223333":{"users":[{"name":"a"}],"users":[]}}'] = 'the member "users" twice',
    } do
      local file = io.open(path, "w")
      file:write(text)
      file:close()
      local code, output, stderr = run("--identities " .. path)
      assert.same({ 1, "" }, { code, output })
      assert.is_truthy(stderr:find(message, 1, true), stderr)
    end
    os.remove(path)
    assert.equal(1, (run "--ready-file '/no such folder/ready'"))
  end)

  it("says where it listens in a file, as long as it does", function()
    local path = os.tmpname()
    local running = emulator.start { "--ready-file", path }
    local text
    for _ = 1, 500 do
      local file = io.open(path)
      text = file and file:read("a")
      if file then file:close() end
      if text and text ~= "" then break end
      socket.sleep(0.01)
    end
    assert.equal(running.url .. "\n", text)
    running.stop()
    assert.is_nil(io.open(path))
  end)

  it("ends with 2 and one line for bad arguments", function()
    local code, output, stderr = run "--bogus"
    assert.same({ 2, "" }, { code, output })
    assert.equal("rekognition-emulator: unknown option '--bogus' (--help lists the options)\n", stderr)
  end)

  it("never shows a secret that it refuses", function()
    local _, _, stderr = run "--account KEY:hunter2secret:123"
    assert.is_nil(stderr:find("hunter2secret", 1, true))
  end)

  it("shows its help and its version", function()
    local code, output = run "--help"
    assert.equal(0, code)
    assert.matches("^Usage: rekognition%-emulator", output)
    assert.matches("111122223333  AKIAEMULATOR00000001", output)
    for line in output:gmatch "[^\n]+" do assert(#line <= 100, line) end
    code, output = run "--version"
    assert.same({ 0, "rekognition-emulator " .. core.version .. "\n" }, { code, output })
  end)

  it("ends with 1 and one line where it can't listen", function()
    local listener = assert(socket.bind("127.0.0.1", 0))
    local _, port = listener:getsockname()
    local code, output, stderr = run("--port " .. port)
    listener:close()
    assert.same({ 1, "" }, { code, output })
    assert.matches("^rekognition%-emulator: can't listen on 127.0.0.1, port %d+: Address already in use; another program has the port: "
      .. "choose another\n$", stderr)
  end)

  it("ends with 1 and one line where its state file can't be used, and leaves that alone", function()
    local path = os.tmpname()
    local code, _, stderr = run("--state " .. path)
    assert.equal(1, code)
    assert.matches("^rekognition%-emulator: the state file [^\n]+\n$", stderr)
    assert.equal("", io.open(path):read("a"))
    os.remove(path)
  end)

  it("prints its URL when it listens, and ends on SIGTERM and SIGINT", function()
    for _, signal in ipairs { "TERM", "INT" } do
      local running = emulator.start()
      assert.matches("^http://127%.0%.0%.1:%d+$", running.url)
      local client = assert(socket.connect("127.0.0.1", tonumber(running.url:match("%d+$"))))
      os.execute(("kill -%s %d"):format(signal, running.pid))
      client:settimeout(10)
      assert.equal("closed", (select(2, client:receive(1))))
      client:close()
      assert.same({ 0, "" }, { running.stop() })
    end
  end)

  it("logs a line for each request where it was told to", function()
    local running = emulator.start { "--log" }
    local client = assert(socket.connect("127.0.0.1", tonumber(running.url:match("%d+$"))))
    client:settimeout(10)
    client:send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert.matches("405", client:receive("*l"))
    client:close()
    local code, stderr = running.stop()
    assert.equal(0, code)
    assert.matches("^rekognition%-emulator: %d+%-%d+%-%d+T%S+Z %- %- 405 UnknownOperationException %S+\n$", stderr)
  end)
end)
