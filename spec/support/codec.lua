-- What the codec's specs share: the module on Rekognition's tables, and the same binding on a
-- made-up service that has every type (csrc/test/everything).
local core = require "rekognition.core"

local build = os.getenv("BUILD") or (os.getenv("REK_ROOT") or ".") .. "/build"
local open = assert(package.loadlib(build .. "/everything.so", "luaopen_rekognition_core"))

local M = { rekognition = core, everything = open("rekognition.core") }
-- Both modules' types have the same names, and the one opened last its methods there: that is to be Rekognition's.
assert(package.loadlib(package.searchpath("rekognition.core", package.cpath), "luaopen_rekognition_core"))("rekognition.core")

--- The module whose service has the operation.
function M.module_of(operation)
  return operation == "TakeEverything" and M.everything or core
end

--- The problems of a request as lines "path: message", and how many there are beyond them.
function M.problems(operation, params)
  local request, problems, more = M.module_of(operation).request(operation, params)
  assert(not request, "the request was accepted: " .. tostring(request))
  local lines = {}
  for i, problem in ipairs(problems) do lines[i] = problem.path .. ": " .. problem.message end
  return lines, more
end

--- The body that a request is encoded to.
function M.body(operation, params)
  local request, problems = M.module_of(operation).request(operation, params)
  if not request then error(problems[1].path .. ": " .. problems[1].message, 2) end
  return request:body()
end

return M
