--- Everything the emulator remembers: resources and buckets, in memory and in an optional state file.

local arn = require "rekognition.emulator.arn"
local core = require "rekognition.core"
local pages = require "rekognition.emulator.pages"
local runs = require "rekognition.emulator.runs"
local s3 = require "rekognition.emulator.s3"
local state_text = require "rekognition.emulator.state_text"
local states = require "rekognition.emulator.states"
local cjson = require("cjson").new()

---@class rekognition.emulator.Project
---@field arn string
---@field name string
---@field account string
---@field region string
---@field number integer   creation time in milliseconds, unique
---@field status string
---@field feature string
---@field auto_update? string
---@field policies table[]  as they were made, in this order
---@field tags table<string, string>

---@class rekognition.emulator.Version
---@field arn string
---@field name string
---@field project string   its project's ARN
---@field number integer   creation time in milliseconds, unique
---@field status string
---@field tags table<string, string>

---@class rekognition.emulator.Dataset
---@field arn string
---@field name "train"|"test"
---@field type "TRAIN"|"TEST"
---@field project string   its project's ARN
---@field number integer   creation time in milliseconds, unique
---@field status string
---@field lines string[]   its JSON lines
---@field tags table<string, string>

---@class rekognition.emulator.Store
---@field written table<table, string>  resources' descriptions as JSON, until their next state; see versions.lua
---@field state rekognition.emulator.StateText  what the file has of each resource
local Store = {}
Store.__index = Store

local M = {}

local function read_file(path)
  local kind = core.file_kind(path) -- a pipe would be waited for
  if kind and kind ~= "file" then
    error(("the state file %s must be a regular file, got a %s; name another with --state"):format(path, kind), 0)
  end
  local file, problem, code = io.open(path, "rb")
  if not file then
    if code == 2 then return nil end -- there is none yet
    error("can't read the state file " .. problem, 0)
  end
  local text = file:read("a")
  file:close()
  if not text then error(("can't read the state file %s"):format(path), 0) end
  return text
end

local KINDS = { "projects", "versions", "datasets" }

local function is_resource(value)
  return type(value) == "table" and type(value.arn) == "string" and arn.parse(value.arn) ~= nil
    and type(value.name) == "string" and type(value.status) == "string" and type(value.tags) == "table"
    and math.tointeger(value.number) ~= nil
end

-- What a resource of each kind must have besides.
local WHOLE = {
  projects = function(project)
    return type(project.policies) == "table" and type(project.feature) == "string"
      and type(project.account) == "string" and type(project.region) == "string"
  end,
  versions = function(version) return type(version.project) == "string" and type(version.output) == "table" end,
  datasets = function(dataset) return type(dataset.project) == "string" and type(dataset.lines) == "table" end,
}

local function check_state(state)
  if type(state) ~= "table" or state.format ~= state_text.FORMAT then return "it has no format that is known" end
  if type(state.projects) ~= "table" or type(state.versions) ~= "table" or not math.tointeger(state.last_number) then
    return "parts of it are missing"
  end
  state.datasets = state.datasets or {} -- which files of earlier emulators lack
  for _, kind in ipairs(KINDS) do
    for _, resource in ipairs(state[kind]) do
      if not is_resource(resource) or not WHOLE[kind](resource) then return "it has a broken " .. kind:sub(1, -2) end
    end
  end
  if state.buckets ~= nil and not s3.is_whole(state.buckets) then return "it has a broken bucket" end
end

-- cjson reads every number as a float.
local function add_loaded(store, kind, resources)
  for _, resource in ipairs(resources) do
    resource.number = math.tointeger(resource.number)
    for _, policy in ipairs(resource.policies or {}) do policy.number = math.tointeger(policy.number) end
    store:add(kind, resource)
    if resource.ends_at then store:watch(resource) end
  end
end

-- Everything that a store holds, as it is when there is nothing.
local function clear(store)
  for _, name in ipairs { "projects", "versions", "datasets", "buckets", "groups", "passing" } do store[name] = {} end
  store.next_end = math.huge
  store.written = setmetatable({}, { __mode = "k" })
  store.state = state_text.new()
end

-- Fills a store with what a state file's text has; returns what is wrong with it, if something is.
local function fill(store, text)
  local ok, state = pcall(cjson.decode, text)
  local problem = not ok and "it is not JSON" or check_state(state)
  if problem then return problem end
  clear(store)
  store.last_number = math.max(store.last_number, math.tointeger(state.last_number))
  store.buckets = state.buckets or {}
  for _, kind in ipairs(KINDS) do add_loaded(store, kind, state[kind]) end
end

-- Whether there was a file.
function Store:load()
  local text = read_file(self.path)
  if not text then return false end
  local problem = fill(self, text)
  if problem then
    error(("the state file %s can't be used: %s. It was left as it is. Repair it, move it away, or name another with "
      .. "--state"):format(self.path, problem), 0)
  end
  self.saved, self.changed = { text }, false
  return true
end

local MOST_LINKS = 40 -- as the system allows

-- The one path of a file that has several, by symbolic links. A file that doesn't exist yet stands in its real folder,
-- or where a link names it.
local function real_path(path)
  for _ = 1, MOST_LINKS do
    local real = core.real_path(path)
    if real then return real end
    local folder, target = path:match("^.*/") or "", core.link_target(path)
    if not target then
      local real_folder = core.real_path(folder == "" and "." or folder)
      return real_folder and real_folder .. "/" .. path:sub(#folder + 1) or path
    end
    path = target:sub(1, 1) == "/" and target or folder .. target
  end
  return path
end

-- The locks of this process, by path: they end with the stores that have them.
local locks = setmetatable({}, { __mode = "v" })

-- Only one process may have a state file: two would overwrite each other's changes. The lock is a file beside it, since
-- the state file itself is replaced with each change.
local function take_lock(given, path)
  if locks[path] then return locks[path] end
  local lock, why, is_taken = core.lock_file(path .. ".lock")
  if is_taken then
    error(("the state file %s is in use by another emulator. Stop that one, or name another file with --state"):format(
      given), 0)
  elseif not lock then
    error("can't write the state file: " .. tostring(why), 0)
  end
  locks[path] = lock
  return lock
end

--- Opens a store; with a path, on its file, which is made if it doesn't exist yet. One that exists isn't written again:
--- the lock beside it shows that the folder can be written. Raises a sentence where the file can't be used, or not be
--- written, or is another process's.
---@param path? string
---@return rekognition.emulator.Store
function M.open(path)
  local store = setmetatable({ path = path and real_path(path), last_number = 0, changed = false }, Store)
  clear(store)
  if path then
    store.lock = take_lock(path, store.path)
    store.changed = not store:load()
    store:save()
  end
  return store
end

--- Forgets everything. Numbers go on from where they are, so that no ARN comes twice.
function Store:reset()
  clear(self)
  self.changed = true
  self:save()
end

--- A number for something new: the time in milliseconds, or a little more where that one is taken.
---@param now number epoch seconds
---@return integer
function Store:next_number(now)
  self.last_number = math.max(math.floor(now * 1000), self.last_number + 1)
  return self.last_number
end

-- The name of the group that a resource is listed in: an account's projects of a region, or a project's versions or
-- datasets.
local function group_name(kind, resource)
  if kind == "projects" then return "projects " .. resource.account .. " " .. resource.region end
  return kind .. " " .. resource.project
end

-- A group has its resources in the order of their numbers, and by name.
local function group_of(store, name)
  local group = store.groups[name]
  if not group then
    group = { list = {}, named = {} }
    store.groups[name] = group
  end
  return group
end

--- Notes that a resource was changed, so that the next save writes it again.
---@param resource table  a project, a version or a dataset
function Store:touch(resource)
  self.state:forget(resource)
  self.written[resource] = nil
  self.changed = true
end

--- Remembers a new project, version or dataset.
---@param kind "projects"|"versions"|"datasets"
function Store:add(kind, resource)
  local group = group_of(self, group_name(kind, resource))
  table.insert(group.list, pages.place_of(group.list, resource.number), resource)
  group.named[resource.name] = resource
  self[kind][resource.arn] = resource
  self.changed = true
  return resource
end

--- Forgets a resource, whatever its kind.
function Store:remove(resource)
  for _, kind in ipairs(KINDS) do
    if self[kind][resource.arn] == resource then
      local name = group_name(kind, resource)
      local group = self.groups[name]
      table.remove(group.list, pages.place_of(group.list, resource.number))
      group.named[resource.name] = nil
      if #group.list == 0 then self.groups[name] = nil end
      self[kind][resource.arn] = nil
    end
  end
  self.changed = true
end

-- Remembers that a resource's state ends at some time.
function Store:watch(resource)
  self.passing[resource] = true
  self.next_end = math.min(self.next_end, resource.ends_at)
end

--- Puts a resource into a state that passes; see states.begin.
function Store:begin(resource, status, now, seconds, failure)
  states.begin(resource, status, now, seconds, failure)
  runs.note(resource, now)
  self:watch(resource)
  self:touch(resource)
end

-- What a resource has for its bucket when its state ends is put there: a training's files, for one.
local function put_files(store, resource)
  for _, file in ipairs(resource.files or {}) do
    s3.store_object(store, file.bucket, file.key, file.body, resource.ended_at)
  end
  resource.files = nil
end

--- Moves everything on to where it is at `now`.
function Store:settle(now)
  if now < self.next_end then return end
  local next_end = math.huge
  for resource in pairs(self.passing) do
    if states.settle(resource, now) then
      self.passing[resource] = nil
      self:touch(resource)
      runs.note(resource, resource.ended_at)
      put_files(self, resource)
      if resource.status == states.GONE then self:remove(resource) end
    else
      next_end = math.min(next_end, resource.ends_at)
    end
  end
  self.next_end = next_end
end

local function listed(store, name)
  return store.groups[name] or { list = {}, named = {} }
end

--- The projects of an account in a region, oldest first, and by name. Neither table may be changed.
---@return rekognition.emulator.Project[] list, table<string, rekognition.emulator.Project> named
function Store:projects_of(account, region)
  local group = listed(self, "projects " .. account .. " " .. region)
  return group.list, group.named
end

--- The versions of a project, oldest first, and by name. Neither table may be changed.
---@return rekognition.emulator.Version[] list, table<string, rekognition.emulator.Version> named
function Store:versions_of(project)
  local group = listed(self, "versions " .. project.arn)
  return group.list, group.named
end

--- The datasets of a project, oldest first, and by name: "train" or "test". Neither table may be changed.
---@return rekognition.emulator.Dataset[] list, table<string, rekognition.emulator.Dataset> named
function Store:datasets_of(project)
  local group = listed(self, "datasets " .. project.arn)
  return group.list, group.named
end

-- Writes a text beside the file first and puts it in its place then, so that the file is whole at every moment.
local function replace_file(path, pieces)
  local beside = path .. ".new"
  local file, problem = io.open(beside, "wb")
  local written, why
  if file then written, why = file:write(table.concat(pieces)) end
  local closed, why_closed
  if file then closed, why_closed = file:close() end
  if written and closed then
    local renamed, why_renamed = os.rename(beside, path)
    if renamed then return end
    problem = why_renamed
  end
  if file then os.remove(beside) end
  error("can't write the state file: " .. tostring(problem or why or why_closed or beside), 0)
end

-- Back to what the file has: nobody hears of a change that isn't kept.
local function undo(store)
  if store.saved then fill(store, table.concat(store.saved)) end
  store.changed = false
end

--- Writes the state file if something changed since it was written. Where it can't, everything is as it was before the
--- change, and a sentence is raised.
function Store:save()
  if not (self.path and self.changed) then return end
  local pieces = self.state:write(self)
  local ok, problem = pcall(replace_file, self.path, pieces)
  if not ok then
    undo(self)
    error(problem, 0)
  end
  self.saved, self.changed = pieces, false
end

return M
