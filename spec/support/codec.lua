-- What the codec's specs share: the module on Rekognition's tables, and the same binding on a
-- made-up service that has every type (csrc/test/everything).
local core = require "rekognition.core"

local build = os.getenv("BUILD") or (os.getenv("REK_ROOT") or ".") .. "/build"
local both = assert(package.loadlib(build .. "/everything.so", "luaopen_everything"))("rekognition.core")

-- A copy of the module of its own, with two services in one state.
local M = { rekognition = core, everything = both.everything, both = both }

--- The service that has the operation.
function M.service_of(operation)
  return operation == "TakeEverything" and M.everything or core.service
end

--- The problems of a request as lines "path: message", and how many there are beyond them.
function M.problems(operation, params)
  local request, problems, more = M.service_of(operation):request(operation, params)
  assert(not request, "the request was accepted: " .. tostring(request))
  local lines = {}
  for i, problem in ipairs(problems) do lines[i] = problem.path .. ": " .. problem.message end
  return lines, more
end

--- The body that a request is encoded to.
function M.body(operation, params)
  local request, problems = M.service_of(operation):request(operation, params)
  if not request then error(problems[1].path .. ": " .. problems[1].message, 2) end
  return request:body()
end

return M
