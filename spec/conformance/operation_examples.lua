--- AWS's examples of operations, *.examples.json: { examples = { Operation = { { input =, output = }, ... } } }.
--
-- The files hold values as a person writes them; the model says what stands on the wire for them:
--   blob       plain text in the files, base64 on the wire, raw bytes in Lua
--   timestamp  ISO 8601 with an offset or Z in the files, seconds since the epoch on the wire and in Lua
-- Every other value stands as it is, and an idempotency token that the input lacks is a random UUID on
-- the wire. An input must be accepted and encode to its wire form, and an output's wire form must decode to
-- its value in Lua. An example without an output has an empty one.

local core = require "rekognition.core"
local files = require "spec.conformance.files"
local json = require "spec.conformance.json"
local model = require "rekognition.generated.model"

local M = {}

function M.matches(folder)
  return folder:find("^operation%-examples") ~= nil
end

local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function base64(bytes)
  local text = bytes:gsub("..?.?", function(group)
    local a, b, c = group:byte(1, 3)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    local digits = {}
    for i = 1, #group + 1 do
      local digit = (bits >> (24 - 6 * i)) & 63
      digits[i] = DIGITS:sub(digit + 1, digit + 1)
    end
    return table.concat(digits) .. ("="):rep(3 - #group)
  end)
  return text
end

-- Days from 1970-01-01, in the proleptic Gregorian calendar.
local function days(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month - 457) // 5 + day - 306 - 719163
end

local function epoch(text)
  local year, month, day, hour, minute, second, sign, off_hour, off_minute =
    text:gsub("Z$", "+00:00"):match("^(%d%d%d%d)-(%d%d)-(%d%d)T(%d%d):(%d%d):([%d.]+)([+-])(%d%d):(%d%d)$")
  if not year then error("not a time with an offset: " .. text, 0) end
  local offset = tonumber(sign .. "1") * (tonumber(off_hour) * 3600 + tonumber(off_minute) * 60)
  return days(math.tointeger(year), math.tointeger(month), math.tointeger(day)) * 86400
    + tonumber(hour) * 3600 + tonumber(minute) * 60 - offset + tonumber(second)
end

-- A value of the file with each blob and timestamp as `convert` makes it.
local function converted(value, name, convert)
  local shape = model.shapes[name] or {}
  if convert[shape.type] and type(value) == "string" then return convert[shape.type](value) end
  if type(value) ~= "table" or value == json.null then return value end
  local copy = setmetatable({}, getmetatable(value))
  for key, item in pairs(value) do
    local member = shape.members and shape.members[key]
    copy[key] = converted(item, shape.member or shape.value or member and member.shape, convert)
  end
  return copy
end

local ON_THE_WIRE = { blob = base64, timestamp = epoch }
local IN_LUA = { timestamp = epoch }

local function describe(problems)
  local lines = {}
  for _, problem in ipairs(problems) do lines[#lines + 1] = problem.path .. ": " .. problem.message end
  return table.concat(lines, "; ")
end

local UUID = "^" .. ("%x"):rep(8) .. "%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-" .. ("%x"):rep(12) .. "$"

-- Takes the tokens out of a body that the input does not have, so that the rest can be compared.
local function without_new_tokens(body, input, shape)
  for key, member in pairs(model.shapes[shape].members) do
    if member.idempotencyToken and input[key] == nil then
      if not tostring(body[key]):find(UUID) then error(key .. " is no random UUID: " .. tostring(body[key]), 0) end
      body[key] = nil
    end
  end
  return body
end

local function check_input(name, input)
  local shape = model.operations[name].input
  local request, problems = core.service:request(name, converted(input, shape, IN_LUA))
  if not request then return "refused: " .. describe(problems) end
  local body = without_new_tokens(json.parse(request:body()), input, shape)
  return json.compare(converted(input, shape, ON_THE_WIRE), body)
end

local function check_output(name, output)
  local shape = model.operations[name].output
  local decoded, why = core.service:decode(name, json.encode(converted(output, shape, ON_THE_WIRE)))
  if not decoded then return why end
  return json.compare(converted(output, shape, IN_LUA), json.marked_like(decoded, output))
end

local function report_case(report, name, check, operation, value)
  local ok, why = pcall(check, operation, value)
  if not ok then why = "raised: " .. tostring(why) end
  if why then report:fail(name, why) else report:pass(name) end
end

local function run_examples(operation, examples, report)
  if not json.is_list(examples) or #examples == 0 then return report:fail(operation, "no list of examples") end
  for index, example in ipairs(examples) do
    local name = ("%s/%d"):format(operation, index)
    if model.operations[operation] then
      report_case(report, name .. " input", check_input, operation, example.input or {})
      report_case(report, name .. " output", check_output, operation, example.output or {})
    else
      report:fail(name, "the model has no such operation")
    end
  end
end

local function run_file(path, name, report)
  local content, why = files.read_json(path, json.parse)
  local examples = content and content.examples
  if type(examples) ~= "table" then return report:fail("*", why or name .. " has no examples") end
  local operations = {}
  for operation in pairs(examples) do operations[#operations + 1] = operation end
  table.sort(operations)
  for _, operation in ipairs(operations) do run_examples(operation, examples[operation], report) end
end

function M.run(dir, report)
  for _, file in ipairs(files.files(dir)) do
    if file:find("examples.*%.json$") then run_file(dir .. "/" .. file, file, report) end
  end
end

return M
