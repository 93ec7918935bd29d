--- The journal of a fleet: which version each copy is of, so that a run that goes on copies the same model, although a
-- newer one was trained meanwhile. What became of each copy is looked up, not remembered.

local ascii = require "rekognition.text.ascii"
local core = require "rekognition.core"
local rek_error = require "rekognition.error"
local state_file = require "rekognition.custom_labels.state_file"

local M = {}

local FORMAT = 1

---@class rekognition.FleetJournal
---@field path string
local Journal = {}
Journal.__index = Journal

-- The same copies at the same places have the same journal, wherever the plan is written.
local function name_of(items)
  local keys = {}
  for i, item in ipairs(items) do keys[i] = item.key .. "\t" .. item.job.destination.endpoint end
  ascii.sort(keys)
  return core.sha256_hex(table.concat(keys, "\n")):sub(1, 32)
end

--- The journal of these copies.
---@param items table[]
---@param env table<string, string>
---@param path? string  by default in the state folder, by a name that the copies have
---@return rekognition.FleetJournal
function M.new(items, env, path)
  return setmetatable({ path = path or state_file.path(env, "fleets/" .. name_of(items) .. ".json"), entries = {} },
    Journal)
end

--- Locks the journal for this process, and reads it. The lock ends with the process, however that ends.
---@return userdata lock  to be closed
function Journal:open()
  local lock = state_file.try_lock(self.path .. ".lock")
  if not lock then
    rek_error.raise { kind = "config", code = "FleetIsRunning", retryable = false,
      message = ("another process applies this plan now: it holds %s.lock. Wait until it has ended, or name another "
        .. "journal for other copies"):format(self.path) }
  end
  self:read()
  return lock
end

--- Reads what an earlier run noted.
function Journal:read()
  local content = state_file.read(self.path)
  if content == nil then return end
  if content.format ~= FORMAT or type(content.copies) ~= "table" then
    rek_error.raise { kind = "config", code = "InvalidStateFile", path = self.path,
      message = ("%s is not the journal of a fleet, or one of another release; move it away (the copies are found "
        .. "again), or name another"):format(self.path) }
  end
  self.entries = content.copies
end

--- What was noted of a copy: source_version.
---@param key string
---@return table?
function Journal:find(key)
  local entry = self.entries[key]
  return type(entry) == "table" and type(entry.source_version) == "string" and entry or nil
end

--- Notes things of copies, if they are new.
---@param entries table<string, table>
function Journal:note(entries)
  local is_new = false
  for key, entry in pairs(entries) do
    local old = self.entries[key]
    for name, value in pairs(entry) do
      if not old or old[name] ~= value then is_new = true end
    end
    self.entries[key] = entry
  end
  if is_new then state_file.write(self.path, { format = FORMAT, copies = self.entries }) end
end

--- Forgets all copies: the plan is fulfilled, and the next run of it starts from what there is then.
function Journal:finish()
  if next(self.entries) == nil then return end
  self.entries = {}
  state_file.write(self.path, { format = FORMAT, copies = self.entries })
end

return M
