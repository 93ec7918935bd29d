--- The User-Agent, in the format that AWS's SDKs share: words of `name/value`, what is not allowed
--- in a word replaced by "-".

local ascii = require "rekognition.text.ascii"
local core = require "rekognition.core"

local M = {}

-- Letters of the features that a request uses, as AWS assigns them to every SDK.
local FEATURES = {
  waiter = "B", paginator = "C", standard = "E", adaptive = "F", endpoint_override = "N",
}

-- The letters for each source of credentials; the names are those of `rekognition.credentials`.
local CREDENTIAL_FEATURES = {
  static = { "e" }, environment = { "g" }, web_identity = { "k" }, assume_role = { "i" },
  profile = { "n" }, sso = { "s" }, process = { "w" }, container = { "z" }, imds = { "0" }, login = { "AD" },
}

local function clean(word)
  return (word:gsub("[^A-Za-z0-9!$%%&'*+%-.^_`|~,]", "-"))
end

--- Which letters a client's settings and its credentials' source stand for, in a fixed order.
---@param names string[] keys of the tables above
function M.features(names)
  local letters = {}
  for _, name in ipairs(names) do
    for _, letter in ipairs(CREDENTIAL_FEATURES[name] or { FEATURES[name] }) do letters[#letters + 1] = letter end
  end
  ascii.sort(letters)
  return letters
end

--- The header's value.
---@param options { app_id?: string, execution_env?: string, features?: string[] }
---@return string
function M.build(options)
  local system = core.platform()
  system = system == "Darwin" and "macos" or ascii.lower(system)
  local words = {
    "rekognition-lua/" .. core.version,
    "ua/2.1",
    "os/" .. clean(system), -- its release, which the format allows, would tell more of a host than anyone needs
    ("lang/lua#%s"):format(_VERSION:match("[0-9]+%.[0-9]+")),
  }
  if options.execution_env then words[#words + 1] = "exec-env/" .. clean(options.execution_env) end
  local letters = M.features(options.features or {})
  if #letters > 0 then words[#words + 1] = "m/" .. table.concat(letters, ",") end
  if options.app_id then words[#words + 1] = "app/" .. clean(options.app_id) end
  return table.concat(words, " ")
end

return M
