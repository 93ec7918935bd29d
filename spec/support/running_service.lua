-- A service with one project and its versions that start and stop, on a clock that the client's sleeps move. Faults are
-- put in front of, or behind, an operation's effect.
--
--   local service = running_service.new { start_seconds = 600 }
--   service:add("m", "STOPPED")
--   service.faults.StartProjectVersion = { "after", "before", "throttle" }   -- of the calls to come, one after the other
--   local client = service:client()

local cjson = require("cjson").new()
local fake = require "spec.support.fake"
local rekognition = require "rekognition"

local M = {}

local HEAD = "arn:aws:rekognition:us-east-1:111122223333:project/birds"

local Service = {}
Service.__index = Service

function M.new(options)
  return setmetatable({
    options = options or {}, now = 1656611123, versions = {}, faults = {}, calls = {}, slept = 0,
    project = HEAD .. "/1656600000000",
  }, Service)
end

--- Adds a version; returns its ARN.
function Service:add(name, status, more)
  local version = { ProjectVersionArn = ("%s/version/%s/165660000%04d"):format(HEAD, name, #self.versions), Status = status }
  for key, value in pairs(more or {}) do version[key] = value end
  self.versions[#self.versions + 1] = version
  return version.ProjectVersionArn
end

function Service:version(arn)
  for _, version in ipairs(self.versions) do
    if version.ProjectVersionArn == arn then return version end
  end
end

local function begin(version, status, ends_at, ends_as)
  version.Status, version._ends_at, version._ends_as = status, ends_at, ends_as
end

local function settle(self)
  for _, version in ipairs(self.versions) do
    if version._ends_at and self.now >= version._ends_at then
      begin(version, version._ends_as, nil, nil)
    end
  end
end

local OPERATIONS = {}

function OPERATIONS.DescribeProjects(self, params)
  if params.ProjectNames and params.ProjectNames[1] ~= "birds" then return '{"ProjectDescriptions":[]}' end
  return { ProjectDescriptions = { { ProjectArn = self.project, Status = "CREATED" } } }
end

function OPERATIONS.DescribeProjectVersions(self, params)
  local found = {}
  for _, version in ipairs(self.versions) do
    local name = version.ProjectVersionArn:match("/version/([^/]+)/")
    if not params.VersionNames or params.VersionNames[1] == name then
      local shown = {}
      for key, value in pairs(version) do
        if key:sub(1, 1) ~= "_" then shown[key] = value end
      end
      found[#found + 1] = shown
    end
  end
  return #found > 0 and { ProjectVersionDescriptions = found } or '{"ProjectVersionDescriptions":[]}'
end

function OPERATIONS.StartProjectVersion(self, params)
  local version = self:version(params.ProjectVersionArn)
  if not version then return nil, "ResourceNotFoundException" end
  local startable = { TRAINING_COMPLETED = 1, COPYING_COMPLETED = 1, STOPPED = 1, FAILED = 1 }
  if not startable[version.Status] then return nil, "ResourceInUseException" end
  self.starts = (self.starts or 0) + 1
  version.MinInferenceUnits = params.MinInferenceUnits
  begin(version, "STARTING", self.now + (self.options.start_seconds or 600), self.options.start_ends_as or "RUNNING")
  return { Status = "STARTING" }
end

function OPERATIONS.StopProjectVersion(self, params)
  local version = self:version(params.ProjectVersionArn)
  if not version then return nil, "ResourceNotFoundException" end
  if version.Status ~= "RUNNING" then return nil, "ResourceInUseException" end
  self.stops = (self.stops or 0) + 1
  begin(version, "STOPPING", self.now + (self.options.stop_seconds or 60), "STOPPED")
  return { Status = "STOPPING" }
end

local FAULTS = {
  throttle = function() return fake.refusal("ThrottlingException", "Slow down.") end,
  broken = function() return fake.refusal("InternalServerError", "Internal server error", 500) end,
  denied = function() return fake.refusal("AccessDeniedException", "not authorized") end,
  limit = function() return fake.refusal("LimitExceededException", "too many running models") end,
  nowhere = function() return fake.failure("connect") end,
}

local function effect(self, operation, body)
  local response, code = OPERATIONS[operation](self, cjson.decode(body))
  if code then return fake.refusal(code, "as the state of the version has it") end
  return fake.answer(200, response)
end

local function handle(self, request)
  local operation = fake.header(request, "X-Amz-Target"):match("%.(%a+)$")
  settle(self)
  self.calls[#self.calls + 1] = operation
  local fault = self.faults[operation] and table.remove(self.faults[operation], 1)
  if type(fault) == "function" then fault = fault(self, request) end
  if type(fault) == "table" then return fault end -- a response of the function's own
  if fault == "before" then return fake.failure("timeout") end
  if fault == "after" then
    effect(self, operation, request.body)
    return fake.failure("reset")
  end
  if FAULTS[fault] then return FAULTS[fault]() end
  return effect(self, operation, request.body)
end

--- How often an operation was called.
function Service:count(operation)
  local count = 0
  for _, called in ipairs(self.calls) do
    if called == operation then count = count + 1 end
  end
  return count
end

--- A client of the service. Its journal is in `folder`.
function Service:client(options)
  local settings = {
    region = "us-east-1", env = { XDG_STATE_HOME = self.options.folder, HOME = "/nowhere" },
    credentials = { access_key_id = "AKIDEXAMPLE", secret_access_key = "SECRETEXAMPLE" },
    clock = function() return self.now end,
    sleep = function(seconds)
      if self.on_sleep then self.on_sleep(seconds) end
      self.now, self.slept = self.now + seconds, self.slept + seconds
    end,
    random = function() return 0.5 end,
    http = function(request)
      if self.on_request then self.on_request(request) end
      local answer = handle(self, request)
      if answer.failure then return nil, answer.failure end
      return answer
    end,
  }
  for name, value in pairs(options or {}) do settings[name] = value end
  return rekognition.client(settings)
end

return M
