--- NeoMutt: what becomes of the models of a project, in a variable and on a key.
--
--   set my_rekognition_project = "arn:aws:rekognition:us-east-1:111122223333:project/birds/1656512345678"
--   lua-source ~/.neomutt/neomutt.lua
--   macro index,pager M "<enter-command>lua models()<enter>" "states of the models"
--
-- NeoMutt has one thread, too: it waits while a call is under way.

local rekognition = require "rekognition"

-- luacheck: globals mutt models

local client = rekognition.guard(rekognition.client) { connect_timeout = 2, timeout = 5 }

local function states(project)
  local counts, order = {}, {}
  for version in client:items("DescribeProjectVersions", { ProjectArn = project }) do
    local state = version.Status
    if not counts[state] then order[#order + 1] = state end
    counts[state] = (counts[state] or 0) + 1
  end
  for at, state in ipairs(order) do order[at] = ("%d %s"):format(counts[state], state) end
  return #order > 0 and table.concat(order, ", ") or "no models"
end

function models()
  -- Errors are values with a text; NeoMutt shows strings alone.
  local ok, result = pcall(states, mutt.get "my_rekognition_project")
  local text = ok and tostring(result) or "Rekognition: " .. tostring(result)
  mutt.command.set(('my_rekognition_models="%s"'):format(text:gsub('[\\"$`]', "\\%0")))
  mutt.message(text)
end
