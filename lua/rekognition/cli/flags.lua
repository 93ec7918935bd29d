--- The library's messages name its own options; who runs the command knows them as flags. One table, for every message.

local M = {}

-- Options of the library that a flag has under another name.
local OTHER = {
  ["output_config.S3Bucket"] = "--bucket", ["output_config.S3KeyPrefix"] = "--prefix", kms_key_id = "--kms-key",
  min_inference_units = "--min-units", max_inference_units = "--max-units", endpoint = "--endpoint-url",
  tags = "--tag", output_config = "--bucket",
}

-- What an option is called on the command line of `command`.
local function flags_of(command)
  local has, names = {}, {}
  for _, option in ipairs(command.options or {}) do
    has[option.name] = true
    names[(option.name:gsub("^%-%-", ""):gsub("%-", "_"))] = option.name
  end
  for name, flag in pairs(OTHER) do
    if has[flag] then names[name] = flag end
  end
  return names
end

-- A word that can be nothing but an option's name: those of one plain word are words of any sentence.
local function is_own_word(name) return name:find("[_.]") ~= nil end

local function words_replaced(text, names, given)
  text = text:gsub("[A-Za-z0-9_.:/\"'@-]+", function(word)
    local name, rest = word, ""
    if name:find("[.:]$") then name, rest = word:sub(1, -2), word:sub(-1) end
    local flag = is_own_word(name) and not given[name] and names[name]
    return flag and flag .. rest
  end)
  text = text:gsub("(%-%-[a-z-]+) = true", "%1")
  return (text:gsub("%f[A-Za-z]set (%-%-[a-z-]+)", "add %1"))
end

local function option_replaced(text, names)
  local function flag_of(name) return names[name] end
  text = text:gsub("the option ([a-z_]+)", flag_of)
  return (text:gsub("option ([a-z_]+)", flag_of))
end

-- The paths of a validation error's problems are options, one plain word or not.
local function paths_replaced(text, names, problems)
  for _, problem in ipairs(problems) do
    local flag = names[problem.path]
    local said = flag and problem.path .. " " .. problem.message
    local first, last = nil, nil
    if said then first, last = text:find(said, 1, true) end
    if first then text = text:sub(1, first - 1) .. flag .. " " .. problem.message .. text:sub(last + 1) end
  end
  return text
end

--- What replaces the names of options in messages by this command's flags. A word that was typed as a value stays.
---@param command table      the command's description
---@param arguments string[] as typed
---@return fun(text: string, problems?: { path: string, message: string }[]): string
function M.new(command, arguments)
  local names, given, has_plan = flags_of(command), {}, false
  for _, argument in ipairs(arguments) do
    for value in argument:gmatch("[^/=]+") do given[value] = true end
    has_plan = has_plan or argument:find("^%-%-plan") ~= nil
  end
  return function(text, problems)
    text = text:gsub(", or pass the option credentials%.", ".")
    text = text:gsub(", name a profile that", ", or name a profile that")
    text = option_replaced(text, names):gsub("the code that mfa_token gave", "the MFA code")
    if has_plan then return text end -- the words are those of the plan's file
    return words_replaced(paths_replaced(text, names, problems or {}), names, given)
  end
end

return M
