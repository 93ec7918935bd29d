--- When a model was running, and with how many units: what CloudWatch's metrics are made from.

local M = {}

local MOST = 1000 -- runs that are kept of a version; the oldest go first

--- Notes that a resource's state changed.
---@param resource table
---@param now number
function M.note(resource, now)
  local runs = resource.runs
  if resource.status == "RUNNING" then
    runs = runs or {}
    runs[#runs + 1] = { from = now, units = resource.units and resource.units.min or 1 }
    if #runs > MOST then table.remove(runs, 1) end
    resource.runs = runs
  elseif runs and #runs > 0 and not runs[#runs].to then
    runs[#runs].to = now
  end
end

return M
