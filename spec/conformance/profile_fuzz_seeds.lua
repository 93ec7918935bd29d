--- Hostile profile files: each must be read, or refused with a `config` error that names the file and the line,
--- as a config file and as a credentials file.

local errors = require "rekognition.error"
local files = require "spec.conformance.files"
local profile_file = require "rekognition.config.profile_file"

local M = {}

function M.matches(folder)
  return folder:find("^profile%-fuzz") ~= nil
end

local function problem(text, kind, path)
  local ok, why = pcall(profile_file.parse, text, { kind = kind, path = path })
  if ok then return nil end
  if not errors.is_error(why) then return tostring(why) end
  if why.kind ~= "config" or not why.message:find(path, 1, true) or not why.message:find("line %d+: .") then
    return "an unclear error: " .. tostring(why)
  end
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
