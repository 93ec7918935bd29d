--- The journal of started models: what a killed process leaves running is found in it by the next run, and by
-- `rekognition stop --mine`.
--
-- An entry is written before the start is sent, confirmed when it was accepted, and removed when the model is seen
-- stopped. While a run is under way it holds a lock that ends with its process, so that an entry without one is known
-- to be left over.

local core = require "rekognition.core"
local state_file = require "rekognition.custom_labels.state_file"

local M = {}

---@class rekognition.StartedModel  an entry
---@field version string      the version's ARN
---@field project string      the project's ARN
---@field region string
---@field endpoint string     as the client had it
---@field profile? string     as the command line had it
---@field started_at number   epoch seconds, when the start was sent
---@field confirmed boolean   the service has accepted the start
---@field kept? boolean       it was started to go on running: no run takes it over
---@field min_inference_units integer
---@field max_inference_units? integer
---@field price_per_hour number

---@class rekognition.RunJournal
---@field path string
local Journal = {}
Journal.__index = Journal

--- Opens a journal; the file need not be there.
---@param client { _seams: rekognition.Seams }  whose environment and sleep are used
---@param path? string               by default started.json in the state folder
---@return rekognition.RunJournal
function M.open(client, path)
  local seams = client._seams
  return setmetatable({ path = path or state_file.path(seams.env, "started.json"), _sleep = seams.sleep }, Journal)
end

local function is_entry(value)
  return type(value) == "table" and type(value.version) == "string" and type(value.project) == "string"
    and type(value.region) == "string" and type(value.endpoint) == "string" and type(value.started_at) == "number"
end

-- Entries that a newer release wrote in another form are kept, and not shown.
local function models_of(content)
  return type(content) == "table" and type(content.models) == "table" and content.models or {}
end

--- The entries, the oldest first.
---@return rekognition.StartedModel[]
function Journal:list()
  local entries = {}
  for _, entry in ipairs(models_of(state_file.read(self.path))) do
    if is_entry(entry) then entries[#entries + 1] = entry end
  end
  return entries
end

--- The entry of a version, as it was started at that endpoint.
---@return rekognition.StartedModel?
function Journal:find(version, endpoint)
  for _, entry in ipairs(self:list()) do
    if entry.version == version and entry.endpoint == endpoint then return entry end
  end
end

-- Replaces the entry of a version by another one, or by none.
function Journal:_put(version, endpoint, entry)
  state_file.update(self.path, self._sleep, function(content)
    local kept = {}
    for _, model in ipairs(models_of(content)) do
      local is_meant = is_entry(model) and model.version == version and model.endpoint == endpoint
      if not is_meant then kept[#kept + 1] = model end
    end
    kept[#kept + 1] = entry
    content = type(content) == "table" and content or {}
    content.models = kept
    return content
  end)
end

--- Writes an entry, instead of an older one of the same version.
---@param entry rekognition.StartedModel
function Journal:add(entry)
  self:_put(entry.version, entry.endpoint, entry)
end

--- Removes the entry of a version.
function Journal:remove(version, endpoint)
  self:_put(version, endpoint, nil)
end

function Journal:_lock_path(version, endpoint)
  return ("%s.%s.lock"):format(self.path, core.sha256_hex(version .. " " .. endpoint):sub(1, 16))
end

--- Says that a run of this version is under way here, until the lock is closed or the process ends.
---@return userdata? lock  nil where another run of this version is under way
function Journal:claim(version, endpoint)
  return state_file.try_lock(self:_lock_path(version, endpoint))
end

--- Ends a claim, and leaves no file behind.
function Journal:release(version, endpoint, lock)
  os.remove(self:_lock_path(version, endpoint)) -- while it is held: see core.lock_file
  lock:close()
end

return M
