-- Requests changed at random: whatever comes, the handler answers, and never with a failure of its own.

local emulator = require "rekognition.emulator"
local client = require "spec.support.emulator_client"
local model = require "rekognition.generated.model"
local cjson = require("cjson").new()

local NOW = 1656611123
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

  it("changed in any byte get an answer", function()
    local refused = 0
    for i = 1, 3000 do
      local query = i % 2 == 0
      local request = client.request("DescribeProjects", '{"MaxResults":1,"ProjectNames":["p"]}',
        { time = NOW, mode = query and "query" or "header", expires = query and 60 or nil })
      mutate_request(request)
      if answer(request) ~= 200 then refused = refused + 1 end
    end
    assert.is_true(refused > 2000)
  end)

  it("signed well but made of nonsense get an answer", function()
    local operations = {}
    for name in pairs(model.operations) do operations[#operations + 1] = name end
    table.sort(operations)
    for i = 1, 3000 do
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
