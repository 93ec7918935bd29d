--- An error that nobody asked for is not lost: it goes to the logger when the future is collected.

local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"
local seams = require "rekognition.seams"

local M = {}

local Unclaimed = {}
Unclaimed.__index = Unclaimed
function Unclaimed:__gc()
  if self.claimed then return end
  local e = self.error
  local is_ours = rek_error.is_error(e)
  self.logger("error", "future_failed", {
    operation = is_ours and e.operation or nil, kind = is_ours and e.kind or "error",
    code = is_ours and e.code or nil, message = is_ours and e.message or quote.message(tostring(e)) })
end

--- Keeps an error until it is `claimed`.
---@param e any
---@param logger? function
---@return table
function M.new(e, logger) return setmetatable({ error = e, logger = logger or seams.warn }, Unclaimed) end

return M
