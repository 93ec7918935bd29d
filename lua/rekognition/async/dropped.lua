--- Calls that were started and have not ended when the Lua state closes: their clients' loggers hear of them.

local ascii = require "rekognition.text.ascii"
local seams = require "rekognition.seams"

local M = {}

local function note(by_logger, logger, operation, has_begun)
  local groups = by_logger[logger] or {}
  local group = groups[operation] or { count = 0, begun = 0 }
  by_logger[logger], groups[operation] = groups, group
  group.count, group.begun = group.count + 1, group.begun + (has_begun and 1 or 0)
end

-- What was dropped, by logger and operation: how many, and how many of them had begun.
local function dropped(without_task)
  local by_logger = {}
  for _, task in pairs(seams.drivers) do
    if task.state and not task.ended and not task.raised and not task.pending then -- nor cancelled
      note(by_logger, task.logger, task.state.operation, task.began)
    end
  end
  for _, future in ipairs(without_task) do
    note(by_logger, future.direct.channel.seams.logger, future.direct.operation, future.id)
  end
  return by_logger
end

local function message_of(operation, group)
  local is_one = group.count == 1
  local sent = is_one and "It may have been sent" or ("%d of them may have been sent"):format(group.begun)
  if group.begun == 0 then sent = is_one and "It was not sent" or "None of them was sent" end
  return ("%d %s of %s %s started and had not ended when the program did. %s. Await %s, or start %s inside async.run")
    :format(group.count, is_one and "call" or "calls", operation, is_one and "was" or "were", sent,
      is_one and "its future" or "their futures", is_one and "it" or "them")
end

local function tell(logger, groups)
  for _, operation in ipairs(ascii.names(groups)) do
    local group = groups[operation]
    logger("error", "future_dropped", { operation = operation, count = group.count, begun = group.begun,
      message = message_of(operation, group) })
  end
end

-- Kept until the state closes, which is when it is collected.
local Guard = {}
function Guard:__gc()
  if self.is_off then return end
  local knows, is_forked = pcall(self.is_forked)
  if knows and is_forked then return end -- they are the parent's
  for logger, groups in pairs(dropped(self.without_task())) do pcall(tell, logger, groups) end
end

--- Watches from now on. What was made before is still there when the state closes; what is made later may be gone.
---@param is_forked fun(): boolean  whether what is under way is the parent process's
---@param without_task fun(): rekognition.Future[]  the calls under way that have no task
function M.arm(is_forked, without_task)
  local new = setmetatable({ is_forked = is_forked, without_task = without_task }, Guard)
  if M.guard then M.guard.is_off = true end
  M.guard = new
end

return M
