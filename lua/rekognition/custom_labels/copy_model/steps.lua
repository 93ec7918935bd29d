--- The steps of a workflow: each is reported, timed, and named in the error if it fails.

local remedies = require "rekognition.custom_labels.copy_model.remedies"

local M = {}

---@class rekognition.CopyEvent
---@field step string      "preflight", "create_project", "policy", "copy", "wait", "remove_policy"
---@field state string     "started", "done", "found", "skipped", "failed"; "polled" while waiting; "difference", "note"
---@field message? string
---@field version? table   the description of the copy, where one was seen
---@field elapsed number   seconds since the start

---@class rekognition.Steps
local Steps = {}
Steps.__index = Steps

--- The steps of one workflow.
---@param calls rekognition.Calls
---@param on_progress? fun(event: rekognition.CopyEvent)
---@return rekognition.Steps
function M.new(calls, on_progress)
  return setmetatable({ calls = calls, on_progress = on_progress, list = {}, done = {} }, Steps)
end

--- Reports something of a step.
---@param step string
---@param state string
---@param message? string
---@param version? table
function Steps:tell(step, state, message, version)
  if not self.on_progress then return end
  self.on_progress { step = step, state = state, message = message, version = version, elapsed = self.calls:elapsed() }
end

local function add(self, name, outcome, seconds, message)
  self.list[#self.list + 1] = { name = name, outcome = outcome, seconds = seconds }
  if outcome ~= "skipped" then
    self.done[#self.done + 1] = name .. (message and (" (%s)"):format(message) or "")
  end
  self:tell(name, outcome, message)
end

--- Does a step: `work` returns its outcome and, in words, what there is to say of it. What it raises is explained.
---@param name string
---@param job table
---@param work fun(): string, string?
function Steps:run(name, job, work)
  local started = self.calls.monotonic()
  self:tell(name, "started")
  local ok, outcome, message = pcall(work)
  if not ok then
    local e = remedies.explain(outcome, name, self.done, job)
    self:tell(name, "failed", tostring(e))
    error(e, 0)
  end
  add(self, name, outcome, self.calls.monotonic() - started, message)
end

--- A step that isn't needed.
---@param name string
---@param why string
function Steps:skip(name, why)
  add(self, name, "skipped", 0, why)
end

return M
