--- Copies the models of a plan (see plan.json beside it):
--
--   lua examples/copy_models.lua PLAN.json          shows what would be done
--   lua examples/copy_models.lua PLAN.json apply    does it; run it again after a failure or a kill
--   lua examples/copy_models.lua PLAN.json check    shows what differs from the plan; exits with 3 if something does

local rekognition = require "rekognition"

local path, what = arg[1], arg[2] or "plan"
if not path or what ~= "plan" and what ~= "apply" and what ~= "check" then
  io.stderr:write("usage: copy_models.lua PLAN.json [plan|apply|check]\n")
  os.exit(2)
end

local ok, fleet = pcall(rekognition.custom_labels.copy_models, { plan = path })
if not ok then
  io.stderr:write("copy_models: ", tostring(fleet), "\n")
  os.exit(2)
end

local result = fleet[what](fleet)
for _, row in ipairs(result.rows) do
  print(row.key, row.state or row.action or (row.ok and "as planned" or "differs"), row.message)
end
if not result.ok then os.exit(what == "check" and 3 or 1) end
