-- The conformance suites of protocol and examples, over cases made here: right ones pass, wrong ones fail.

local json = require "spec.conformance.json"
local files = require "spec.support.files"

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

-- Runs a suite over files of these texts. Returns the names of what passed and was skipped, and of what
-- failed, with why.
local function outcome(suite, texts)
  local result = { passed = {}, failed = {}, skipped = {} }
  local report = {
    pass = function(_, name) result.passed[#result.passed + 1] = name end,
    fail = function(_, name, why) result.failed[name] = why end,
    skip = function(_, name) result.skipped[#result.skipped + 1] = name end,
  }
  files.with_folder(function(folder)
    for name, text in pairs(texts) do write(folder .. "/" .. name, text) end
    require("spec.conformance." .. suite).run(folder, report)
  end)
  return result
end

local function is_match(pattern, text)
  assert.is_truthy(tostring(text):find(pattern, 1, true), tostring(text))
end

describe("comparing JSON", function()
  local function why(expected, got) return json.compare(json.parse(expected), json.parse(got)) end

  it("tells a list from an object, and null from nothing", function()
    is_match("a: expected a list, got an object", why('{"a": []}', '{"a": {}}'))
    is_match("a: expected null, got nil", why('{"a": null}', "{}"))
    is_match("expected 2 elements, got 1", why("[1, null]", "[1]"))
  end)

  it("takes equal numbers for equal, however they are written", function()
    assert.is_nil(why("[1, 1.5e1, -0.25]", "[1.0, 15, -25e-2]"))
    is_match("[1]: expected 9007199254740993, got 9007199254740992", why("[9007199254740993]", "[9007199254740992]"))
  end)

  it("names the place that differs", function()
    is_match("a.b[2].c: expected true, got false",
      why('{"a": {"b": [1, {"c": true}]}}', '{"a": {"b": [1, {"c": false}]}}'))
    is_match("x: expected nil, got 1", why("{}", '{"x": 1}'))
  end)

  it("reads escapes", function()
    assert.equal("é\n\"/\u{1F600}", json.parse [["\u00e9\n\"\/\ud83d\ude00"]])
  end)

  local malformed = {
    "", "{", "[1,]", '{"a" 1}', "01", "1.", "-", '"\\x"', '"\\ud800"', '"a', "1 2", "nul", "{1:2}",
  }
  for _, bad in ipairs(malformed) do
    it("refuses " .. bad, function()
      local ok, message = pcall(json.parse, bad)
      assert.is_false(ok)
      is_match("not JSON at byte", message)
    end)
  end

  it("writes what it reads", function()
    local text = '{"a":[1,"x\\u000a\\u0022\\u005c",[],{},null,true,0.10000000000000001]}'
    assert.equal(text, json.encode(json.parse(text)))
  end)

  it("leaves null out where that is the rule", function()
    local value = json.parse '{"a": null, "b": [1, null, {"c": null}]}'
    assert.is_nil(json.compare(json.parse '{"b": [1, {}]}', json.without_null(value)))
  end)
end)

describe("the protocol_json suite", function()
  local shapes = [["shapes": {
    "In": {"type": "structure", "members": {"Name": {"shape": "S"}, "At": {"shape": "T", "timestampFormat": "iso8601"},
      "List": {"shape": "L"}, "F": {"shape": "F"}}},
    "Other": {"type": "structure", "members": {"Bytes": {"shape": "B"}}},
    "S": {"type": "string"}, "T": {"type": "timestamp"}, "L": {"type": "list", "member": {"shape": "S"}},
    "B": {"type": "blob"}, "F": {"type": "float"}}]]

  it("runs inputs", function()
    local result = outcome("protocol_json", { ["input.json"] = [=[[{"description": "d",
      "metadata": {"protocol": "json", "jsonVersion": 1.1, "targetPrefix": "P"}, ]=] .. shapes .. [=[, "cases": [
        {"given": {"name": "Op", "input": {"shape": "In"}}, "params": {"Name": "x", "At": 1422172800, "List": []},
         "serialized": {"headers": {"X-Amz-Target": "P.Op", "Content-Type": "application/x-amz-json-1.1"},
           "body": "{\"Name\": \"x\", \"At\": \"2015-01-25T08:00:00Z\", \"List\": []}"}},
        {"given": {"name": "Op", "input": {"shape": "Other"}}, "params": {"Bytes": "foo"},
         "serialized": {"body": "{\"Bytes\": \"Zm9v\"}"}},
        {"given": {"name": "Nothing"}, "serialized": {"body": "{}"}},
        {"given": {"name": "Op", "input": {"shape": "In"}}, "params": {"List": []},
         "serialized": {"body": "{\"List\": {}}"}},
        {"given": {"name": "Op", "input": {"shape": "In"}}, "params": {"Name": 1}, "serialized": {"body": "{}"}},
        {"given": {"name": "Op", "input": {"shape": "In"}}, "params": {},
         "serialized": {"body": "{}", "headers": {"X-Amz-Target": "Q.Op"}}},
        {"given": {"name": "Op", "input": {"shape": "In"}}, "params": {"F": "NaN"},
         "serialized": {"body": "{\"F\":\"NaN\"}"}}
      ]}]]=] })
    table.sort(result.passed)
    assert.same({ "input/d/1", "input/d/2", "input/d/3" }, result.passed)
    assert.same({ "input/d/7" }, result.skipped)
    is_match("List: expected an object, got a list", result.failed["input/d/4"])
    is_match("refused: Name:", result.failed["input/d/5"])
    is_match("header X-Amz-Target: expected Q.Op, got P.Op", result.failed["input/d/6"])
  end)

  it("runs outputs and errors", function()
    local result = outcome("protocol_json", { ["output.json"] = [=[[{"description": "d",
      "metadata": {"protocol": "json"}, ]=] .. shapes .. [=[, "cases": [
        {"given": {"name": "Op", "output": {"shape": "In"}}, "result": {"Name": "x", "At": 1422172800, "List": ["a"]},
         "response": {"status_code": 200, "headers": {},
           "body": "{\"Name\": \"x\", \"At\": \"2015-01-25T08:00:00Z\", \"List\": [\"a\", null], \"New\": 1}"}},
        {"given": {"name": "Op", "output": {"shape": "In"}}, "result": {"Name": "x"},
         "response": {"status_code": 200, "headers": {}, "body": "{\"Name\": \"y\"}"}},
        {"given": {"name": "Op", "output": {"shape": "In"}}, "result": {"Name": "x"},
         "response": {"status_code": 200, "headers": {}, "body": "{\"Name\": "}},
        {"given": {"name": "Op"}, "errorCode": "Oops", "errorMessage": "m", "error": {"Detail": ["a"]},
         "response": {"status_code": 400, "headers": {},
           "body": "{\"__type\": \"ns#Oops\", \"message\": \"m\", \"Detail\": [\"a\"]}"}},
        {"given": {"name": "Op"}, "errorCode": "Oops", "error": {"Detail": "a"},
         "response": {"status_code": 400, "headers": {}, "body": "{\"__type\": \"Oops\", \"Detail\": \"b\"}"}},
        {"given": {"name": "Op"}, "errorCode": "Oops", "error": {},
         "response": {"status_code": 400, "headers": {}, "body": "{\"__type\": \"Other\"}"}},
        {"given": {"name": "Silent"}, "result": {},
         "response": {"status_code": 200, "headers": {}, "body": "{\"New\": true}"}}
      ]}, {"description": "e", "metadata": {"protocol": "json", "awsQueryCompatible": {}}, "shapes": {}, "cases": [
        {"given": {"name": "Op"}, "errorCode": "AWS.Queue.Gone", "response": {"status_code": 400,
         "headers": {"x-amzn-query-error": "AWS.Queue.Gone;Sender"}, "body": "{\"__type\": \"QueueGone\"}"}}
      ]}]]=] })
    table.sort(result.passed)
    assert.same({ "output/d/1", "output/d/4", "output/d/7" }, result.passed)
    assert.same({ "output/e/1" }, result.skipped)
    is_match('Name: expected "x", got "y"', result.failed["output/d/2"])
    assert.is_string(result.failed["output/d/3"])
    is_match('Detail: expected "a", got "b"', result.failed["output/d/5"])
    is_match("code: expected Oops, got Other", result.failed["output/d/6"])
  end)

  it("fails with the generator's words where a model can't be used", function()
    local result = outcome("protocol_json", { ["input.json"] = [=[[{"description": "d",
      "metadata": {"protocol": "json"}, "shapes": {"In": {"type": "quaternion"}},
      "cases": [{"given": {"name": "Op", "input": {"shape": "In"}}, "serialized": {"body": "{}"}}]}]]=] })
    is_match("shape In: has the unknown type quaternion", result.failed["input/d"])
  end)

  it("fails a broken file and what is no suite, and runs the rest", function()
    local result = outcome("protocol_json", {
      ["input.json"] = '[{"description": "cut',
      ["output.json"] = [=[[5, {"metadata": {}, "shapes": {}}, {"metadata": {}, "shapes": {}, "cases": [{}]},
        {"description": "d", "metadata": {"protocol": "json"}, "shapes": {}, "cases": [
          {"given": {"name": "Op"}, "result": {}, "response": {"status_code": 200, "body": ""}}]}]]=],
    })
    assert.same({ "output/d/1" }, result.passed)
    is_match("input.json: not JSON at byte ", result.failed["input"])
    for index = 1, 3 do is_match("a suite has metadata, shapes and cases", result.failed["output/" .. index]) end
  end)
end)

describe("the operation_examples suite", function()
  it("runs inputs and outputs, both ways", function()
    local result = outcome("operation_examples", { ["x.examples.json"] = [=[{"examples": {
      "CreateUser": [{"input": {"CollectionId": "c", "UserId": "u"}}],
      "UpdateDatasetEntries": [{"input": {
        "DatasetArn": "arn:aws:rekognition:us-east-1:111122223333:project/p/dataset/test/1",
        "Changes": {"GroundTruth": "any text"}}, "output": {}}],
      "DescribeProjects": [
        {"input": {"MaxResults": 5}, "output": {"ProjectDescriptions":
          [{"CreationTimestamp": "2022-06-13T15:16:00.634000-07:00"}], "NextToken": ""}},
        {"input": {"MaxResults": "5"}, "output": {"ProjectDescriptions": {}}}],
      "Nonsense": [{}]}}]=] })
    table.sort(result.passed)
    assert.same({ "CreateUser/1 input", "CreateUser/1 output", "DescribeProjects/1 input", "DescribeProjects/1 output",
      "UpdateDatasetEntries/1 input", "UpdateDatasetEntries/1 output" }, result.passed)
    is_match("refused: MaxResults", result.failed["DescribeProjects/2 input"])
    assert.is_string(result.failed["DescribeProjects/2 output"])
    is_match("the model has no such operation", result.failed["Nonsense/1"])
  end)

  it("reads timestamps in UTC", function()
    local result = outcome("operation_examples", { ["examples-1.json"] = [=[{"examples": {"DescribeProjects": [
      {"output": {"ProjectDescriptions": [{"CreationTimestamp": "2022-06-13T22:16:00Z"}]}}]}}]=] })
    assert.same({}, result.failed)
    assert.equal(2, #result.passed)
  end)

  it("fails a broken file and an operation without examples, and runs the rest", function()
    local result = outcome("operation_examples", {
      ["a.examples.json"] = '{"examples": {"CreateUser": [{"in',
      ["b.examples.json"] = '{"examples": {"ListUsers": {}, "TagResource": [], "DescribeProjects": [{}]}}',
    })
    is_match("a.examples.json: not JSON at byte ", result.failed["*"])
    is_match("no list of examples", result.failed["ListUsers"])
    is_match("no list of examples", result.failed["TagResource"])
    assert.same({ "DescribeProjects/1 input", "DescribeProjects/1 output" }, result.passed)
    is_match("c.examples.json has no examples",
      outcome("operation_examples", { ["c.examples.json"] = "{}" }).failed["*"])
  end)
end)

describe("the retry suite", function()
  local STEPS = [[ {"status_code": 500, "error_code": null, "outcome": "retry_request", "retry_quota": 486, "delay": 0.05},
    {"status_code": 200, "outcome": "success", "retry_quota": 500} ]]
  local GIVEN = [["max_attempts": 2, "initial_retry_tokens": 500, "exponential_base": 1, "max_backoff_time": 20]]
  local function case(given, steps) return ('{"name": "n", %s, "responses": [%s]}'):format(given, steps) end
  local nested = case('"given": {' .. GIVEN .. "}", STEPS)

  it("reads cases in lists, under names, alone, and with what is given beside", function()
    for _, text in ipairs { "[" .. nested .. "]", nested, '{"testCases": [' .. nested .. "]}", '{"tests": [' .. nested .. "]}",
      '{"cases": [' .. nested .. "]}", case(GIVEN, STEPS) } do
      local result = outcome("retry", { ["a.json"] = text })
      assert.same({}, result.failed)
      assert.equal(1, #result.passed)
    end
  end)

  it("reads answers that never came, and headers of every shape", function()
    local header = [[{"status_code": 500, "headers": %s, "outcome": "retry_request", "delay": 1.5},
      {"timeout": true, "outcome": "max_attempts_exceeded"}]]
    for _, headers in ipairs { '{"x-amz-retry-after": "1500"}', '{"X-Amz-Retry-After": 1500}',
      '{"x-amz-retry-after": ["1500"]}', '[["x-amz-retry-after", "1500"]]',
      '[{"name": "x-amz-retry-after", "value": "1500"}]' } do
      local result = outcome("retry", { ["a.json"] = case('"given": {' .. GIVEN .. "}", header:format(headers)) })
      assert.same({}, result.failed)
    end
    local flat = [[{"response": {"exception": "reset"}, "expected": {"outcome": "retry_request", "retry_quota": 486}},
      {"response": {"error_code": "tls"}, "expected": {"outcome": "fail_request"}}]]
    assert.same({}, outcome("retry", { ["a.json"] = case('"given": {' .. GIVEN .. "}", flat) }).failed)
  end)

  it("fails what is wrong", function()
    local wrong = { ["486"] = "487", ["0.05"] = "0.06", ["retry_request"] = "fail_request", ['"outcome"'] = '"else"' }
    for right, other in pairs(wrong) do
      local text = nested:gsub((right:gsub("%p", "%%%0")), other)
      assert.is_not_nil(next(outcome("retry", { ["a.json"] = text }).failed), other)
    end
    assert.same({ ["a.json: 1"] = "a case of no known form" }, outcome("retry", { ["a.json"] = "[{}]" }).failed)
  end)
end)
