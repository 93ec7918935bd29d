-- Two accounts on an emulator in this process, with a clock that only sleeping moves, and faults on command.
--
--   local world = copy_world.new { copy_seconds = 60 }
--   world:fault { operation = "CopyProjectVersion", from = 1, to = 2, action = "drop_after" }

local cjson = require("cjson").new()
local emulator = require "rekognition.emulator"
local rekognition = require "rekognition"

local M = {}

local World = {}
World.__index = World

M.KILLED = "killed as the spec says"

M.TRAINING_DATA = { Assets = { { GroundTruthManifest = { S3Object = { Bucket = "bucket-name", Name = "train.manifest" } } } } }

local function failure(code, message) return nil, { code = code, message = message or "as the spec says" } end

local function refusal(status, code)
  return { status = status, headers = { { "x-amzn-RequestId", "req-fault" } },
           body = ('{"__type":"%s","Code":"%s","Message":"as the spec says"}'):format(code, code) }
end

-- What a fault does with a request. `pass` hands it to the emulator.
local ACTIONS = {
  drop_before = function() return failure "timeout" end,
  drop_after = function(pass)
    pass()
    return failure "reset"
  end,
  throttle = function() return refusal(400, "ThrottlingException") end,
  internal = function() return refusal(500, "InternalServerError") end,
  internal_after = function(pass)
    pass()
    return refusal(500, "InternalServerError")
  end,
  unreadable = function(pass)
    pass()
    return { status = 200, headers = {}, body = "<html>" }
  end,
  kill_before = function() error(M.KILLED, 0) end,
  kill_after = function(pass)
    pass()
    error(M.KILLED, 0)
  end,
}

local function operation_of(request)
  for _, header in ipairs(request.headers) do
    if header[1]:lower() == "x-amz-target" then return header[2]:match("([^.]+)$") end
  end
  return "STS"
end

local function find_fault(world, operation, count)
  for _, fault in ipairs(world.faults) do
    if (fault.operation or operation) == operation then
      local number = fault.operation and count or #world.calls
      if number >= (fault.from or 1) and number <= (fault.to or fault.from or math.huge)
        and (not fault.side or fault.side == world.side) then
        return fault
      end
    end
  end
end

-- A listing as it was `lag` seconds ago: what is younger isn't in it yet.
local function without_the_young(world, response)
  local body = response.status == 200 and response.body:sub(1, 1) == "{" and cjson.decode(response.body)
  for _, member in ipairs { "ProjectVersionDescriptions", "ProjectDescriptions", "ProjectPolicies" } do
    local list = body and body[member]
    if list then
      local old = {}
      for _, item in ipairs(list) do
        if item.CreationTimestamp <= world.now - world.lag then old[#old + 1] = item end
      end
      if #old < #list then
        body[member] = #old > 0 and old or nil
        response.body = next(body) and cjson.encode(body) or "{}"
      end
    end
  end
  return response
end

-- The network: the emulator, with whatever goes wrong on the way.
function World:serve(request, account)
  local operation = operation_of(request)
  self.counts[operation] = (self.counts[operation] or 0) + 1
  local call = { operation = operation, account = account, at = self.now, body = request.body }
  self.calls[#self.calls + 1] = call
  local function pass()
    local status, headers, body = self.emulator:handle {
      method = request.method, target = request.url:match("^https?://[^/?]+(/.*)$") or "/", headers = request.headers,
      body = request.body or "",
    }
    call.status, call.code = status, body:match('"__type":"([^"]*)"')
    local response = { status = status, headers = headers, body = body }
    return self.lag and without_the_young(self, response) or response
  end
  local fault = find_fault(self, operation, self.counts[operation])
  if fault and fault.before then fault.before(self) end
  if fault and fault.code then
    call.code = fault.code
    return refusal(fault.status or 400, fault.code)
  end
  if fault and fault.action then
    call.fault = fault.action
    return ACTIONS[fault.action](pass)
  end
  local response = pass()
  if fault and fault.after then fault.after(self) end
  self.now = self.now + self.latency
  return response
end

--- A new client of an account (1 or 2), as a new process would make it.
function World:client(number, options)
  local account = emulator.DEFAULT_ACCOUNTS[number]
  local settings = {
    region = "us-east-1", env = {},
    credentials = { access_key_id = account.access_key_id, secret_access_key = account.secret_access_key },
    clock = function() return self.now end, random = function() return 0.5 end,
    sleep = function(seconds)
      assert(seconds >= 0 and seconds < 1e6, "a sleep of " .. tostring(seconds))
      self.slept = self.slept + seconds
      self.now = self.now + seconds
      if self.on_sleep then self.on_sleep(self) end
    end,
    http = function(request) return self:serve(request, account.account_id) end,
  }
  for name, value in pairs(options or {}) do settings[name] = value end
  return rekognition.client(settings)
end

--- Adds a fault: `action`, or `code` (with `status`), for the requests `from` to `to` of an operation, or of all; or
--- `before`, a function that changes the world before the request is served.
function World:fault(fault)
  self.faults[#self.faults + 1] = fault
  return self
end

--- Ends all faults, and forgets the calls.
function World:calm()
  self.faults, self.calls, self.counts, self.slept = {}, {}, {}, 0
end

--- A project with a trained model.
function World:train(number, project_name, version_name)
  local client = self:client(number)
  local found = client:describe_projects({ ProjectNames = { project_name } }).ProjectDescriptions[1]
  local project = found and found.ProjectArn or client:create_project({ ProjectName = project_name }).ProjectArn
  local version = client:create_project_version({
    ProjectArn = project, VersionName = version_name,
    OutputConfig = { S3Bucket = "source-bucket", S3KeyPrefix = "training" },
    TrainingData = M.TRAINING_DATA, TestingData = { AutoCreate = true },
  }).ProjectVersionArn
  self.now = self.now + self.emulator.settings.train_seconds + 1
  return project, version
end

function World:project(number, name)
  return self:client(number):create_project({ ProjectName = name }).ProjectArn
end

--- The versions of a project, as the emulator has them: name -> status.
function World:versions(project)
  local list = {}
  self.emulator.store:settle(self.now)
  for _, version in ipairs(self.emulator.store:versions_of(self.emulator.store.projects[project])) do
    list[version.name] = version.status
  end
  return list
end

--- The policies of a project: name -> document.
function World:policies(project)
  local list = {}
  for _, policy in ipairs(self.emulator.store.projects[project].policies) do list[policy.name] = policy.document end
  return list
end

--- How often each operation was called.
function World:count(operation) return self.counts[operation] or 0 end

---@param options? table  of the emulator, and latency (seconds that each call takes)
function M.new(options)
  local settings = { train_seconds = 10, copy_seconds = 60, delete_seconds = 5 }
  for name, value in pairs(options or {}) do settings[name] = value end
  local world = setmetatable({ now = 1790000000, latency = settings.latency or 0.01, faults = {}, calls = {}, counts = {},
                               slept = 0 }, World)
  settings.clock = function() return world.now end
  settings.latency = nil
  world.emulator = emulator.new(settings)
  return world
end

return M
