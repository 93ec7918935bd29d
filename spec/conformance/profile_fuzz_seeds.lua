--- Hostile profile files: each must be read, and what is skipped reported with the file and the line, as a config file
--- and as a credentials file.

local files = require "spec.conformance.files"
local profile_file = require "rekognition.config.profile_file"

local M = {}

function M.matches(folder)
  return folder:find("^profile%-fuzz") ~= nil
end

local function problem(text, kind, path)
  local unclear
  local ok, why = pcall(profile_file.parse, text, { kind = kind, path = path, on_problem = function(found)
    if found.path ~= path or math.type(found.line) ~= "integer" or found.message == "" then unclear = found end
  end })
  if not ok then return tostring(why) end
  if unclear then return "an unclear report: " .. tostring(unclear.message) end
end

function M.run(dir, report)
  for _, name in ipairs(files.files(dir)) do
    local text = assert(files.read(dir .. "/" .. name))
    for _, kind in ipairs { "config", "credentials" } do
      local case_name = ("%s as %s"):format(name, kind)
      local why = problem(text, kind, dir .. "/" .. name)
      if why then report:fail(case_name, why) else report:pass(case_name) end
    end
  end
end

return M
