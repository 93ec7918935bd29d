--- Starts a copied model, if it isn't started: the last step of a copy that is to run.

local calls_of = require "rekognition.custom_labels.calls"
local places = require "rekognition.custom_labels.copy_model.places"
local rek_error = require "rekognition.error"

local M = {}

local MOST_TRIES = 5 -- our decision
local STARTED = { STARTING = true, RUNNING = true }

-- Whether what is there may be more than the error says: the response was lost, or somebody else started it.
local function is_open(e)
  return rek_error.is_error(e)
    and (calls_of.is_unclear(e) or e.code == "ResourceInUseException" or (e.attempts or 1) > 1)
end

--- Starts the model.
---@param item table
---@param calls rekognition.Calls
---@return "STARTING"|"RUNNING" status
function M.run(item, calls)
  local job = item.job
  if job.version and STARTED[job.version.Status] then return job.version.Status end
  for try = 1, MOST_TRIES do
    local ok, response = pcall(calls.call, calls, job.destination, "StartProjectVersion", {
      ProjectVersionArn = job.copy_arn, MinInferenceUnits = item.start.min_inference_units,
      MaxInferenceUnits = item.start.max_inference_units,
    })
    if ok then return "STARTING" end
    if not is_open(response) then error(response, 0) end
    job.version = places.find_version(calls, job.destination, job.destination_project, job.copy_arn) or job.version
    if job.version and STARTED[job.version.Status] then return job.version.Status end
    if try == MOST_TRIES then error(response, 0) end
    calls:back_off(try)
  end
end

return M
