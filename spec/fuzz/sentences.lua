-- Files that only a command reads may be refused by a sentence. A fault inside, which Lua reports with a place in the
-- code, is not such a sentence.

local M = {}

--- Calls `f`; passes on what it raises, unless that is a sentence.
function M.only(f, ...)
  local ok, problem = pcall(f, ...)
  if ok or type(problem) == "string" and not problem:find("^[^ ]*%.lua:[0-9]+:") then return end
  error(problem, 0)
end

return M
