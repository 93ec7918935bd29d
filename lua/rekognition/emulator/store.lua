--- Everything the emulator remembers: projects and versions, in memory and in an optional state file.

local states = require "rekognition.emulator.states"
local arn = require "rekognition.emulator.arn"
local cjson = require("cjson").new()

local FORMAT = 1 -- of the state file

---@class rekognition.emulator.Project
---@field arn string
---@field name string
---@field account string
---@field region string
---@field number integer   creation time in milliseconds, unique
---@field status string
---@field feature string
---@field auto_update? string
---@field policies table[]  in the order of their making
---@field tags table<string, string>

---@class rekognition.emulator.Version
---@field arn string
---@field name string
---@field project string   its project's ARN
---@field number integer   creation time in milliseconds, unique
---@field status string
---@field tags table<string, string>

---@class rekognition.emulator.Store
local Store = {}
Store.__index = Store

local M = {}

local function read_file(path)
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

local function is_resource(value)
  return type(value) == "table" and type(value.arn) == "string" and arn.parse(value.arn) ~= nil
    and type(value.name) == "string" and type(value.status) == "string" and type(value.tags) == "table"
    and math.tointeger(value.number) ~= nil
end

local function check_state(state)
  if type(state) ~= "table" or state.format ~= FORMAT then return "it has no format that is known" end
  if type(state.projects) ~= "table" or type(state.versions) ~= "table" or not math.tointeger(state.last_number) then
    return "parts of it are missing"
  end
  for _, project in ipairs(state.projects) do
    if not is_resource(project) or type(project.policies) ~= "table" or type(project.feature) ~= "string" then
      return "it has a broken project"
    end
  end
  for _, version in ipairs(state.versions) do
    if not is_resource(version) or type(version.project) ~= "string" or type(version.output) ~= "table" then
      return "it has a broken version"
    end
  end
end

-- cjson reads every number as a float.
local function add_loaded(store, resources, into)
  for _, resource in ipairs(resources) do
    resource.number = math.tointeger(resource.number)
    for _, policy in ipairs(resource.policies or {}) do policy.number = math.tointeger(policy.number) end
    into[resource.arn] = resource
    if resource.ends_at then store.passing[resource] = true end
  end
end

function Store:load()
  local text = read_file(self.path)
  if not text then return end
  local ok, state = pcall(cjson.decode, text)
  local problem = not ok and "it is not JSON" or check_state(state)
  if problem then
    error(("the state file %s can't be used: %s. It was left as it is; mend it, move it away, or name another with "
      .. "--state"):format(self.path, problem), 0)
  end
  self.last_number = math.tointeger(state.last_number)
  add_loaded(self, state.projects, self.projects)
  add_loaded(self, state.versions, self.versions)
end

--- Opens a store; with a path, on its file, which need not exist yet. Raises a sentence where the file can't be used,
--- or not be written.
---@param path? string
---@return rekognition.emulator.Store
function M.open(path)
  local store = setmetatable({ path = path, projects = {}, versions = {}, passing = {}, last_number = 0,
                               changed = false }, Store)
  if path then
    store:load()
    store.changed = true
    store:save()
  end
  return store
end

--- A number for something new: the time in milliseconds, or a little more where that one is taken.
---@param now number epoch seconds
---@return integer
function Store:next_number(now)
  self.last_number = math.max(math.floor(now * 1000), self.last_number + 1)
  return self.last_number
end

--- Remembers a new project or version.
function Store:add(kind, resource)
  self[kind][resource.arn] = resource
  self.changed = true
  return resource
end

--- Puts a resource into a state that passes; see states.begin.
function Store:begin(resource, status, now, seconds, fails)
  states.begin(resource, status, now, seconds, fails)
  self.passing[resource] = true
  self.changed = true
end

--- Moves everything on to where it is at `now`.
function Store:settle(now)
  for resource in pairs(self.passing) do
    if states.settle(resource, now) then
      self.passing[resource] = nil
      self.changed = true
      if resource.status == states.GONE then
        local kind = self.projects[resource.arn] and "projects" or "versions"
        self[kind][resource.arn] = nil
      end
    end
  end
end

-- The resources of a kind for which `wanted` holds, by their numbers.
local function select_sorted(resources, wanted)
  local selected = {}
  for _, resource in pairs(resources) do
    if wanted(resource) then selected[#selected + 1] = resource end
  end
  table.sort(selected, function(a, b) return a.number < b.number end)
  return selected
end

--- The projects for which `wanted` holds, oldest first.
---@return rekognition.emulator.Project[]
function Store:select_projects(wanted)
  return select_sorted(self.projects, wanted)
end

--- The versions of a project, oldest first.
---@return rekognition.emulator.Version[]
function Store:versions_of(project)
  return select_sorted(self.versions, function(version) return version.project == project.arn end)
end

local function values(map)
  return select_sorted(map, function() return true end)
end

--- Writes the state file if something changed since it was written: beside it first, then in its place, so that the
--- file is whole at every moment. Raises a sentence where it can't.
function Store:save()
  if not (self.path and self.changed) then return end
  local beside = self.path .. ".new"
  local json = cjson.new()
  json.encode_number_precision(14) -- the most that cjson offers: milliseconds since 1970 have 13 digits
  local text = json.encode { format = FORMAT, last_number = self.last_number, projects = values(self.projects),
                             versions = values(self.versions) }
  local file, problem = io.open(beside, "wb")
  local written = file and file:write(text, "\n")
  local closed = file and file:close()
  if written and closed then written, problem = os.rename(beside, self.path) end
  if not (written and closed) then error("can't write the state file: " .. tostring(problem or beside), 0) end
  self.changed = false
end

return M
