--- AWS's endpoint tests: JSON files of { "testCases": [ { "documentation", "params", "expect" } ] }.
--
-- The service is the one that a file's "service" says, or that its name or its folder's begins with or ends in
-- (sts-endpoint-tests.json, endpoint-tests-sso-oidc/...); Rekognition where none does.

local ascii = require "rekognition.text.ascii"
local cjson = require("cjson").new()
local endpoint = require "rekognition.endpoint"
local files = require "spec.conformance.files"

local M = {}

-- The longer name first, since one holds the other.
local OTHER_SERVICES = { "sso-oidc", "signin", "sso", "sts" }

function M.matches(folder)
  return folder:find("^endpoint%-tests") ~= nil
end

local function service_of(document, path)
  if document.service then return document.service end
  local words = "-" .. ascii.lower(path):gsub("[^a-z]", "-") .. "-"
  for _, service in ipairs(OTHER_SERVICES) do
    if words:find("-" .. service .. "-", 1, true) then return service end
  end
  return "rekognition"
end

local function signing_region(expected)
  local properties = expected.properties or {}
  local scheme = (properties.authSchemes or {})[1] or {}
  return scheme.signingRegion
end

-- A "/" at the end of an address makes no difference.
local function bare(url) return (url:gsub("/+$", "")) end

-- Why a result is not the expected one, or nil.
local function difference(expected, ok, result)
  if expected.error and expected.error ~= cjson.null then
    if ok then return ("expected the error %q, got %s"):format(expected.error, result.url) end
    if not tostring(result.message or result):find(expected.error, 1, true) then
      return ("expected the error %q, got %s"):format(expected.error, tostring(result))
    end
    return nil
  end
  if not ok then return ("expected %s, got the error %s"):format(expected.endpoint.url, tostring(result)) end
  if bare(result.url) ~= bare(expected.endpoint.url) then
    return ("expected %s, got %s"):format(expected.endpoint.url, result.url)
  end
  local region = signing_region(expected.endpoint)
  if region and region ~= result.signing_region then
    return ("expected to sign for %s, got %s"):format(region, tostring(result.signing_region))
  end
end

-- A JSON null is as good as nothing.
local function param(case, name)
  local value = type(case.params) == "table" and case.params[name]
  if value and value ~= cjson.null then return value end
end

local function run_file(path, name, report)
  local document = cjson.decode(assert(files.read(path)))
  local service = service_of(document, name)
  local cases = document.testCases or document.tests or document[1] and document
  if not cases then return report:skip(name, "no test cases in it") end
  for index, case in ipairs(cases) do
    local ok, result = pcall(endpoint.resolve, {
      service = service, region = param(case, "Region"), endpoint = param(case, "Endpoint"),
      use_fips = param(case, "UseFIPS"), use_dualstack = param(case, "UseDualStack"),
      use_global_endpoint = param(case, "UseGlobalEndpoint"),
    })
    local case_name = ("%s#%d (%s)"):format(name, index, case.documentation or "no documentation")
    local compared, why = pcall(difference, case.expect, ok, result)
    if why or not compared then report:fail(case_name, why) else report:pass(case_name) end
  end
end

local function run_folder(dir, prefix, report)
  for _, name in ipairs(files.files(dir)) do
    if name:find("%.json$") then run_file(dir .. "/" .. name, prefix .. name, report) end
  end
  for _, name in ipairs(files.folders(dir)) do run_folder(dir .. "/" .. name, prefix .. name .. "/", report) end
end

function M.run(dir, report)
  -- The folder's own name counts for the service as well.
  run_folder(dir, dir:match("([^/]+)/*$"):gsub("^endpoint%-tests%-?", "") .. "/", report)
end

return M
