--- Runs cases of one suite against the rekognition.core that stands first on the path:
-- lua5.4 spec/conformance/protocol_case.lua FILE input|output SUITE CASE...
--
-- null, by our rule and Smithy's for lists and maps that are not sparse: a member that is null is
-- absent, a null in a list is left out. Expected values are brought under that rule before comparing.
-- Members that the model doesn't know stay in what we decode, botocore drops them: only members that the model
-- has are compared.

local ascii = require "rekognition.text.ascii"
local core = require "rekognition.core"
local files = require "spec.conformance.files"
local json = require "spec.conformance.json"
local responses = require "rekognition.text.service_error"

local path, kind, suite_index = arg[1], arg[2], tonumber(arg[3])
local suite = json.parse(files.read(path))[suite_index]

-- botocore's tests let every random UUID be this one.
local FIXED_UUID = "00000000-0000-4000-8000-000000000000"
local UUID = ("^" .. ("%x"):rep(8) .. "%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-" .. ("%x"):rep(12) .. "$")

local function is_random_uuid(expected, got)
  return expected == FIXED_UUID and type(got) == "string" and got:find(UUID) ~= nil
end

-- The members that the model has, of a structure and all that it holds.
local function modelled(value, name)
  local shape = suite.shapes[name] or {}
  if type(value) ~= "table" or shape.document then return value end
  local copy = setmetatable({}, getmetatable(value))
  for key, item in pairs(value) do
    local inner = shape.member or shape.value or (shape.members or {})[key]
    if inner or shape.type ~= "structure" then copy[key] = modelled(item, inner and inner.shape) end
  end
  return copy
end

local function describe(problems)
  local lines = {}
  for _, problem in ipairs(problems) do lines[#lines + 1] = problem.path .. ": " .. problem.message end
  return table.concat(lines, "; ")
end

local function check_header(request, name, expected)
  local got
  for _, header in ipairs(core.target { url = "http://host" }:sign(request).headers) do
    if ascii.lower(header[1]) == ascii.lower(name) then got = header[2] end
  end
  if got == nil then return "the case expects the header " .. name .. ", which the protocol's layer does not make" end
  return got ~= expected and ("header %s: expected %s, got %s"):format(name, expected, got) or nil
end

local function check_input(case)
  local params = json.without_null(case.params or {})
  local request, problems = core.service:request(case.given.name, params)
  if not request then return "refused: " .. describe(problems) end
  local expected = case.serialized
  if expected.body and expected.body ~= "" then
    local why = json.compare(json.without_null(json.parse(expected.body)), json.parse(request:body()), is_random_uuid)
    if why then return why .. ", in " .. request:body() end
  end
  for name, value in pairs(expected.headers or {}) do
    local why = check_header(request, name, value)
    if why then return why end
  end
  return nil
end

local function check_error(case)
  local headers = {}
  for name, value in pairs(case.response.headers or {}) do headers[ascii.lower(name)] = value end
  local fields = responses.read(case.response.status_code, headers, case.response.body or "")
  if fields.code ~= case.errorCode then
    return ("code: expected %s, got %s"):format(case.errorCode, fields.code)
  end
  if (case.errorMessage or "") ~= "" and fields.message ~= case.errorMessage then
    return ("message: expected %s, got %s"):format(case.errorMessage, fields.message)
  end
  for name, value in pairs(case.error or {}) do
    local got = json.marked_like((fields.details or {})[name], value)
    local why = json.compare(value, got, nil, name)
    if why then return why end
  end
  return nil
end

local function check_output(case)
  if case.errorCode then return check_error(case) end
  local decoded, why = core.service:decode(case.given.name, case.response.body or "")
  if not decoded then return why end
  if not case.given.output then return nil end -- the model has no member to compare
  local shape = case.given.output.shape
  local expected = modelled(json.without_null(case.result or {}), shape)
  return json.compare(expected, modelled(json.marked_like(decoded, expected), shape))
end

local checks = { input = check_input, output = check_output }

for position = 4, #arg do
  local index = tonumber(arg[position])
  local ok, why = pcall(checks[kind], suite.cases[index])
  why = not ok and "raised: " .. tostring(why) or why
  print(("case %d %s %s"):format(index, why and "fail" or "pass", (why or ""):gsub("\n", " ")))
end
