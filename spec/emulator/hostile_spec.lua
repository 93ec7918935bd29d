-- Requests changed at random: whatever comes, the handler answers, and never with a failure of its own.

local emulator = require "rekognition.emulator"
local client = require "spec.support.emulator_client"
local model = require "rekognition.generated.model"
local cjson = require("cjson").new()

local NOW = 1656611123
-- REK_ROUNDS multiplies the numbers of requests.
local ROUNDS = tonumber(os.getenv "REK_ROUNDS" or "1")
local NASTY = { "", "\0", "\xff", "\u{2028}", "%", "%%", "%s", "../", "'", '"', "\\", "{", "[", "}", "]", "null", "-1", "1e999",
                "1e308", "99999999999999999999", "true", ("x"):rep(5000), ("["):rep(500), ":", "/", ";", "=", ",", "&", "?" }
local VALUES = { cjson.null, true, false, 0, -1, 1.5, 1e300, 2 ^ 63, "", "x", "\u{FFFF}", ("x"):rep(3000), {}, { 1 }, { a = 1 },
                 { { {} } }, "arn:aws:rekognition:us-east-1:111122223333:project/p/1656611123000" }

-- A generator of our own, so that a failure can be seen again.
local state = 12345
local function random(n)
  state = (state * 1103515245 + 12345) % 2147483648
  return (state >> 8) % n + 1
end

local function pick(list) return list[random(#list)] end

local function mutate(text)
  for _ = 1, random(3) do
    local at = random(#text + 1)
    text = text:sub(1, at - 1) .. pick(NASTY) .. text:sub(at + random(4) - 1)
  end
  return text
end

local function mutate_request(request)
  local part = random(4)
  if part == 1 then
    request.target = mutate(request.target)
  elseif part == 2 then
    request.body = mutate(request.body)
  elseif part == 3 then
    local header = pick(request.headers)
    header[2] = mutate(header[2])
  else
    table.remove(request.headers, random(#request.headers))
  end
end

-- Parameters of an operation with values that mostly don't fit.
local function wild_params(shape)
  local params = {}
  for name in pairs(model.shapes[shape].members) do
    if random(3) > 1 then params[name] = pick(VALUES) end
  end
  return next(params) and cjson.encode(params) or "{}"
end

-- Codes that come before an operation is asked, which no operation lists.
local FRONT = { SerializationException = true, ValidationException = true, NotImplementedException = true,
                UnknownOperationException = true }

describe("hostile requests", function()
  local service, lines

  local function answer(request)
    local status, headers, body = service:handle(request)
    assert.same({}, lines) -- nothing failed inside
    assert.is_true(status >= 200 and status < 600 and status ~= 500, body)
    assert.is_table(headers)
    if body ~= "" then assert.is_table(cjson.decode(body)) end
    assert.is_truthy(utf8.len(body))
    return status, body
  end

  before_each(function()
    lines = {}
    service = emulator.new { clock = function() return NOW end, log = function(line)
      if line:find("failed inside", 1, true) then lines[#lines + 1] = line end
    end }
    client.must(service, "CreateProject", { ProjectName = "p" })
  end)

  it("changed in any byte get a response", function()
    local refused = 0
    for i = 1, 1000 * ROUNDS do
      local query = i % 2 == 0
      local request = client.request("DescribeProjects", '{"MaxResults":1,"ProjectNames":["p"]}',
        { time = NOW, mode = query and "query" or "header", expires = query and 60 or nil })
      mutate_request(request)
      if answer(request) ~= 200 then refused = refused + 1 end
    end
    assert.is_true(refused > 600 * ROUNDS)
  end)

  it("of the other services, changed in any byte, get a response in their form", function()
    local sigv4 = require "rekognition.sigv4"
    local form = { { "Host", "127.0.0.1:1" }, { "Content-Type", "application/x-www-form-urlencoded" } }
    local kinds = {
      { "sts", "POST", "/", "Action=AssumeRole&RoleArn=arn:aws:iam::111122223333:role/x&RoleSessionName=one"
        .. "&Policy={}&Tags.member.1.Key=a&DurationSeconds=900&Version=2011-06-15", form },
      { "monitoring", "POST", "/", "Action=GetMetricData&StartTime=2022-06-30T17:45:00Z&EndTime=2022-06-30T18:45:00Z"
        .. "&MetricDataQueries.member.1.Id=a&MetricDataQueries.member.1.MetricStat.Stat=Sum", form },
      { "monitoring", "POST", "/", '{"Namespace":"AWS/Rekognition","Dimensions":[{"Name":"ProjectName","Value":"p"}]}',
        { { "Host", "127.0.0.1:1" }, { "X-Amz-Target", "GraniteServiceVersion20100801.ListMetrics" } } },
      { "s3", "PUT", "/bucket-1/a%20b?x-id=PutObject", "hello", { { "Host", "127.0.0.1:1" }, { "Range", "bytes=0-1" } } },
      { "s3", "GET", "/bucket-1?list-type=2&prefix=a&max-keys=2&continuation-token=00&delimiter=/", "",
        { { "Host", "bucket-1.localhost" } } },
      { "s3", "POST", "/bucket-1?delete", "<Delete><Object><Key>a&amp;b</Key></Object></Delete>",
        { { "Host", "127.0.0.1:1" } } },
      { "s3", "PUT", "/bucket-1/a", "5\r\nhello\r\n0\r\n\r\n", { { "Host", "127.0.0.1:1" },
        { "X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER" }, { "X-Amz-Decoded-Content-Length", "5" } } },
    }
    local function deep(value)
      local copy = {}
      for i, item in ipairs(value) do copy[i] = type(item) == "table" and { table.unpack(item) } or item end
      return copy
    end
    local expat = require "lxp"
    for i = 1, 800 * ROUNDS do
      local service_name, method, target, body, headers = table.unpack(kinds[i % #kinds + 1])
      local request = { method = method, target = target, body = body, headers = deep(headers) }
      local sign_last = i % 2 == 0 -- signed after the change, so that what lies behind the signature is met
      if sign_last then mutate_request(request) end
      local ok, signed = pcall(sigv4.sign, request, { region = "us-east-1", service = service_name, time = NOW,
        credentials = client.OWNER, normalize_path = service_name ~= "s3", double_encode = service_name ~= "s3" })
      if ok then
        request.headers, request.target = signed.headers, signed.target
        if not sign_last then mutate_request(request) end
        local status, response_headers, text = service:handle(request)
        assert.same({}, lines)
        assert.is_true(status >= 200 and status < 600 and status ~= 500, text)
        local kind
        for _, header in ipairs(response_headers) do
          if header[1] == "Content-Type" then kind = header[2] end
        end
        if text:sub(1, 5) == "<?xml" then
          local parser = expat.new {}
          assert(parser:parse(text) and parser:parse(), text)
          parser:close()
        elseif kind and kind:find("json", 1, true) and text ~= "" then
          assert.is_table(cjson.decode(text))
        end
      end
    end
  end)

  it("of the emulator's own endpoint get a response", function()
    for i = 1, 300 * ROUNDS do
      local path = pick { "faults", "time", "identities", "settings", "reset", "calls", "health" }
      local body = mutate(pick { '{"fault":"throttle","times":2,"operation":"x"}', '{"now":1,"rate":2,"skew":0}',
        '{"111122223333":{"users":[{"name":"a"}]}}', '{"train_seconds":1,"fail":["x"],"quotas":{"projects":3}}', "" })
      local status, _, text = service:handle { method = i % 3 == 0 and "GET" or "POST", target = "/_emulator/" .. path,
        headers = {}, body = body }
      assert.is_true(status == 200 or status == 400 or status == 404, text)
      assert.is_table(cjson.decode(text))
    end
  end)

  it("signed well but made of nonsense get a response", function()
    local operations = {}
    for name in pairs(model.operations) do operations[#operations + 1] = name end
    table.sort(operations)
    for i = 1, 1000 * ROUNDS do
      local operation = operations[(i - 1) % #operations + 1]
      answer(client.request(operation, wild_params(model.operations[operation].input), { time = NOW }))
    end
  end)

  it("raise only what their operation can raise", function()
    local own = "arn:aws:rekognition:us-east-1:111122223333:project/p"
    local arns = { own .. "/1656611123000", own .. "/1", own .. "/version/v/1", own .. "/dataset/train/1",
                   "arn:aws:rekognition:us-east-1:555555555555:project/p/1", "arn:aws:rekognition:eu-west-1:111122223333:project/p/1" }
    local values = { Arn = arns, DestinationProjectArn = arns, VersionName = { "v", "w" }, DatasetType = { "TRAIN", "TEST" } }
    local names = {}
    for name, operation in pairs(model.operations) do
      if name:find("Project") or name:find("Dataset") or name:find("CustomLabels") or name:find("[Tt]ag") then
        names[#names + 1] = { name = name, operation = operation }
      end
    end
    table.sort(names, function(a, b) return a.name < b.name end)
    assert.equal(23, #names)
    local seen = {}
    for _ = 1, 6000 do
      local one = pick(names)
      local params = {}
      for name, member in pairs(model.shapes[one.operation.input].members) do
        local shape = model.shapes[member.shape]
        if name:find("Arn$") then params[name] = pick(arns)
        elseif values[name] then params[name] = pick(values[name])
        elseif shape.type == "integer" then params[name] = random(3)
        elseif name == "OutputConfig" then params[name] = { S3Bucket = "bucket" }
        elseif name == "Image" then params[name] = { S3Object = { Bucket = "bucket", Name = "n" } }
        elseif name == "Datasets" then params[name] = { { Arn = pick(arns) }, { Arn = pick(arns) } }
        elseif name == "Changes" then params[name] = { GroundTruth = "e30=" }
        elseif name == "Tags" then params[name] = { a = "b" }
        elseif name == "TagKeys" then params[name] = { "a" }
        elseif name:find("Name$") then params[name] = "v"
        elseif name == "PolicyDocument" then params[name] = "{}" end
      end
      local status, body = answer(client.request(one.name, cjson.encode(params), { time = NOW }))
      local code = status ~= 200 and cjson.decode(body).__type
      local listed = not code or FRONT[code]
      for _, known in ipairs(one.operation.errors) do listed = listed or known == code end
      assert.is_truthy(listed, one.name .. " raised " .. tostring(code))
      seen[code or "OK"] = true
    end
    assert.is_true(seen.OK and seen.ResourceNotFoundException and seen.AccessDeniedException)
  end)

  it("of the kinds that cost most are answered without much work", function()
    local long = ("x"):rep(1000000)
    for _, body in ipairs {
      cjson.encode { ProjectName = long }, '{"ProjectName":' .. ("["):rep(1000) .. ("]"):rep(1000) .. "}",
      '{"ProjectName":' .. ("[],"):rep(100000), '{"' .. ("\\"):rep(500000) .. '":null}', "{" .. ('"a":null,'):rep(100000) .. '"b":[]}',
      '{"Tags":{' .. ('"k":"v",'):rep(100000) .. '"k":"v"},"ProjectName":"n"}', (" "):rep(1000000) .. "[ ",
    } do
      answer(client.request("CreateProject", body, { time = NOW }))
    end
  end)
end)
