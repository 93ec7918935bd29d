-- `rekognition call`: every operation, and the same JSON as boto3's.
--
-- PYTHON names another interpreter than the distribution's, whose boto3 lacks the newest operations and members.

local any_response = dofile "spec/servers/any_response.lua"
local cjson = require("cjson").new()
local cli = require "spec.support.cli"
local emulator = require "spec.support.emulator"
local files = require "spec.support.files"
local json = require "rekognition.cli.json"
local model = require "rekognition.generated.model"

local PYTHON = os.getenv "PYTHON" or "/usr/bin/python3"

local FULL = os.getenv "REK_FULL" == "1"

-- Every operation with REK_FULL=1, else every fifth: each is a process.
local function names()
  local list, taken = {}, {}
  for name in pairs(model.operations) do list[#list + 1] = name end
  table.sort(list)
  assert(#list == 75)
  for i = 1, #list, FULL and 1 or 5 do taken[#taken + 1] = list[i] end
  return taken
end

-- What boto3 makes of each of these calls, by operation.
local function boto3(url, account, tasks)
  local path, lines = os.tmpname(), {}
  for i, task in ipairs(tasks) do lines[i] = ('{"operation":"%s","params":%s}'):format(task[1], task[2]) end
  files.write(path, table.concat(lines, "\n") .. "\n")
  local ok, output = files.run(("env -u AWS_PROFILE TZ=America/New_York %s -W ignore spec/peers/boto3_call.py %s %s %s <%s"):format(PYTHON, url,
    account.access_key_id, account.secret_access_key, path))
  assert(ok, output)
  os.remove(path)
  local results = {}
  for line in output:gmatch("[^\n]+") do
    local result = cjson.decode(line)
    results[result.operation] = result
  end
  return results
end

-- Whether all that boto3 has is here too. What its older model doesn't know, it leaves out.
local function assert_has(expected, got, path)
  if type(expected) ~= "table" then return assert.equal(expected, got, path) end
  assert.equal("table", type(got), path)
  for key, value in pairs(expected) do assert_has(value, got[key], path .. "." .. tostring(key)) end
end

local function count(value)
  if type(value) ~= "table" then return 1 end
  local total = 0
  for _, item in pairs(value) do total = total + count(item) end
  return total
end

describe("call", function()
  local folder, running, env
  setup(function()
    folder = select(2, files.run "mktemp -d"):match("^[^\n]+")
    running = emulator.start {}
    env = cli.env(running, folder)
  end)
  teardown(function()
    running.stop()
    files.run("rm -rf " .. folder)
  end)

  it("makes of every operation's whole response what boto3 makes of it", function()
    local script = ("sh -c %s"):format(files.quoted("script/lua spec/servers/any_response.lua & echo $!; wait"))
    local pipe = assert(io.popen(script))
    local pid, url = pipe:read "l", pipe:read "l"
    local server = { url = url, accounts = running.accounts }
    local tasks = {}
    for i, name in ipairs(names()) do tasks[i] = { name, any_response.least(model.operations[name].input) } end
    local ok, problem = pcall(function()
      local expected = boto3(url, running.accounts[1], tasks)
      local equal, unknown = 0, 0
      for _, task in ipairs(tasks) do
        local name, got = task[1], cli.json(cli.env(server, folder), { "call", task[1], "--params", task[2], "--yes" })
        local theirs = expected[name]
        assert.is_nil(theirs.error, name)
        if theirs.unknown then
          unknown = unknown + 1
        else
          assert_has(theirs.response, got, name)
          if count(theirs.response) == count(got) then equal = equal + 1 end
        end
      end
      -- With the distribution's boto3 1.26.27 45 are equal and 12 unknown; with 1.43.11 74 are equal and none unknown.
      assert.is_true(equal >= #tasks // 2 and unknown <= #tasks // 4, equal .. " " .. unknown)
      if FULL then assert.is_true(#tasks == 75 and equal >= 40 and unknown <= 12, equal .. " " .. unknown) end
    end)
    os.execute("kill " .. pid)
    pipe:close()
    if not ok then error(problem, 0) end
  end)

  it("makes of every operation's error what boto3 makes of it", function()
    local tasks = {}
    for _, name in ipairs(names()) do
      local params = any_response.least(model.operations[name].input)
      if not name:find "^Create" then tasks[#tasks + 1] = { name, params } end
    end
    local expected, refused = boto3(running.url, running.accounts[1], tasks), 0
    for _, task in ipairs(tasks) do
      local theirs = expected[task[1]]
      if theirs.error then
        local result = cli.run(env, { "call", task[1], "--params", task[2], "--yes", "--output", "json" })
        assert.same({ 1, "" }, { result.code, result.out }, task[1])
        local got = cjson.decode(result.err).error
        assert.same({ "service", theirs.error.Code, theirs.error.Message, theirs.status, task[1] },
          { got.kind, got.code, got.message, got.status, got.operation })
        refused = refused + 1
      end
    end
    assert.is_true(refused > (FULL and 30 or 5), refused)
  end)

  it("works a project by itself: by all three spellings, parameters from everywhere, all pages", function()
    local arns = {}
    for i, name in ipairs { "CreateProject", "create_project", "create-project" } do
      local params, input = ('{"ProjectName": "p%d", "Tags": null}'):format(i), nil
      local source = params
      if i == 2 then
        files.write(folder .. "/params.json", params)
        source = "@" .. folder .. "/params.json"
      elseif i == 3 then
        source, input = "-", params
      end
      local result = cli.run(env, { "call", name, "--params", source }, input)
      assert.equal(0, result.code, result.err)
      arns[i] = cjson.decode(result.out).ProjectArn
    end
    local page = cli.json(env, { "call", "DescribeProjects", "--params", '{"MaxResults": 1}' })
    assert.same({ 1, "string" }, { #page.ProjectDescriptions, type(page.NextToken) })
    local all = cli.json(env, { "call", "DescribeProjects", "--params", '{"MaxResults": 1}', "--page" })
    assert.same({ 3, nil }, { #all.ProjectDescriptions, all.NextToken })
    local lines = cli.run(env, { "call", "DescribeProjects", "--params", '{"MaxResults": 1}', "--page", "--output", "jsonl" }).out
    local seen = {}
    for line in lines:gmatch("[^\n]+") do seen[#seen + 1] = cjson.decode(line).ProjectArn end
    assert.same(arns, seen)
    local shown = cli.run(env, { "call", "DescribeProjects", "--output", "table" }).out
    assert.is_truthy(shown:find("ProjectArn", 1, true) and shown:find(arns[3], 1, true), shown)
    assert.equal("{}\n", cli.run(env, { "call", "ListProjectPolicies", "--params", ('{"ProjectArn": "%s"}'):format(arns[1]),
      "--output", "jsonl" }).out:gsub('"ProjectPolicies":%[%]', ""))
    for _, arn in ipairs(arns) do
      local deleted = cli.json(env, { "call", "DeleteProject", "--params", ('{"ProjectArn": "%s"}'):format(arn), "--yes" })
      assert.equal("DELETING", deleted.Status)
    end
  end)

  it("sends a file's bytes", function()
    files.write(folder .. "/photo.jpg", "\255\216\255 not a photo")
    local result = cli.run(env, { "call", "DetectLabels", "--blob", "Image.Bytes=" .. folder .. "/photo.jpg", "--params", '{"MaxLabels": 5}' })
    assert.is_truthy(result.err:find("NotImplementedException", 1, true), result.err)
    result = cli.run(env, { "call", "DetectLabels", "--blob", "Image.Bytes.More=" .. folder .. "/photo.jpg", "--params", '{"Image": {"Bytes": "YWJj"}}' })
    assert.same({ 2, true }, { result.code, result.err:find("not a structure", 1, true) ~= nil })
  end)

  it("presigns what curl can send", function()
    local command = cli.run(env, { "presign", "DescribeProjects" }).out
    local ok, output = files.run((command:gsub("^curl", "curl -s"):gsub("\n$", "")))
    assert.is_true(ok, output)
    assert.is_table(cjson.decode(output).ProjectDescriptions)
    local request = cli.json(env, { "presign", "CopyProjectVersion", "--output", "json", "--expires", "1h", "--params",
      any_response.least "CopyProjectVersionRequest" })
    assert.is_truthy(request.url:find("X-Amz-Expires=3600", 1, true))
    assert.equal("POST", request.method)
  end)
end)

describe("JSON", function()
  it("is written so that it reads back", function()
    local value = { a = 1, b = 0.1, c = 1e300, d = "\"\\\n\t\1é", e = { 1, { x = true } }, f = false, g = 2^53, h = -0.5, i = 3.0 }
    assert.same(value, cjson.decode(json.encode(value)))
    assert.same(value, cjson.decode(json.encode(value, true)))
    assert.equal('{"a":[],"b":{},"c":3.0,"d":12.345678901234567,"e":9007199254740993}',
      json.encode { a = json.list {}, b = {}, c = 3.0, d = 12.345678901234567, e = 9007199254740993 })
    assert.equal('"a\u{FFFD}b\\u007f"', json.encode "a\255b\127")
    assert.equal('"\u{FFFD}\u{FFFD}"', json.encode "\xE2\x82")
  end)

  it("has base64 that is strict", function()
    for _, text in ipairs { "", "a", "ab", "abc", "abcd", "\0\255\16" } do
      assert.equal(text, json.decode_base64(require("rekognition.core").base64_encode(text)))
    end
    assert.equal("abc", json.decode_base64 "YW\r\nJj")
    for _, bad in ipairs { "Y", "YW", "YWJ", "YW=j", "====", "YWJj=", "YW J", "YW-_" } do assert.is_nil(json.decode_base64(bad), bad) end
  end)

  it("has times as the AWS CLI writes them", function()
    local response = json.from_response("DescribeProjects", { ProjectDescriptions = { { CreationTimestamp = 1656611123.456 },
      { CreationTimestamp = 1656611123 } } })
    assert.equal("2022-06-30T17:45:23.456000+00:00", response.ProjectDescriptions[1].CreationTimestamp)
    assert.equal("2022-06-30T17:45:23+00:00", response.ProjectDescriptions[2].CreationTimestamp)
  end)
end)
