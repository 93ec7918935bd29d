--- The plan of a fleet: models x destinations, read, checked whole, and made into a list of copies.
--
--   {
--     source = { profile = "dev", region = "us-east-1" },
--     models = { { project = "Birds", version = "model_1", name = "birds_1", tags = { team = "a" }, start = true } },
--     destinations = { { profile = "prod", region = "us-east-1", project = "Birds", create_project = true,
--                        output_config = { S3Bucket = "custom-labels-prod", S3KeyPrefix = "birds" } } },
--   }

local arns = require "rekognition.text.arn"
local ascii = require "rekognition.text.ascii"
local copy_options = require "rekognition.custom_labels.copy_model.options"
local json = require "rekognition.text.json"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"

local M = {}

local MOST_BYTES = 16 * 1024 * 1024 -- our decision: no plan is anywhere near this

local function is_text(value) return type(value) == "string" and value ~= "" end
local function is_flag(value) return type(value) == "boolean" end
local function is_table(value) return type(value) == "table" end

local TEXT, FLAG, TABLE = { is_text, "a non-empty string" }, { is_flag, "true or false" }, { is_table, "a table" }
local START = { function(value) return is_flag(value) or is_table(value) end,
                "true, false, or a table with min_inference_units" }

local FORMS = {
  plan = { source = TABLE, models = TABLE, destinations = TABLE, remove_policy = FLAG, replace_failed = FLAG },
  source = { profile = TEXT, region = TEXT },
  model = { project = TEXT, version = TEXT, name = TEXT, tags = TABLE, start = START, source = TABLE },
  destination = { profile = TEXT, region = TEXT, project = TEXT, create_project = FLAG, output_config = TABLE,
                  kms_key_id = TEXT, tags = TABLE, role = TEXT, start = START, only = TABLE },
}

local function names_of(form) return table.concat(ascii.names(form), ", ") end

local function shown(value)
  if type(value) == "string" then return ("%q"):format(value:sub(1, 200)) end
  return (type(value) == "number" or type(value) == "boolean") and tostring(value) or "a " .. type(value)
end

local function check_form(value, form, path, add)
  if type(value) ~= "table" then
    add(path, "must be a table, got " .. shown(value))
    return false
  end
  local is_well = true
  for name, item in next, value do
    local field, wanted = path == "" and quote.name(name) or path .. "." .. quote.name(name), FORMS[form][name]
    if not wanted then
      add(field, ("is not known; a %s has: %s"):format(form, names_of(FORMS[form])))
      is_well = false
    elseif not wanted[1](item) then
      add(field, ("must be %s, got %s"):format(wanted[2], shown(item)))
      is_well = false
    end
  end
  return is_well
end

local function check_units(start, path, add)
  if type(start) ~= "table" then return end
  for name, value in next, start do
    if name ~= "min_inference_units" and name ~= "max_inference_units" then
      add(path .. "." .. quote.name(name), "is not known; start has: max_inference_units, min_inference_units")
    elseif type(value) ~= "number" or not math.tointeger(value) or value < 1 then
      add(path .. "." .. name, "must be a whole number of at least 1, got " .. shown(value))
    end
  end
end

local function check_list(list, form, path, add)
  if type(list) ~= "table" or #list == 0 then
    add(path, ("must be a list with at least one %s"):format(form))
    return
  end
  for i, item in ipairs(list) do
    local field = ("%s[%d]"):format(path, i)
    if check_form(item, form, field, add) then check_units(item.start, field .. ".start", add) end
  end
end

local function check_members(plan, add)
  if not check_form(plan, "plan", "", add) then return end
  if plan.source then check_form(plan.source, "source", "source", add) end
  check_list(plan.models, "model", "models", add)
  check_list(plan.destinations, "destination", "destinations", add)
  for i, model in ipairs(is_table(plan.models) and plan.models or {}) do
    local path = ("models[%d]"):format(i)
    if is_table(model) and model.source then check_form(model.source, "source", path .. ".source", add) end
    if is_table(model) and model.project == nil and not arns.of_kind(model.version, "version") then
      add(path .. ".project", "must be the name or the ARN of a project, got nothing")
    end
  end
end

-- JSON has no integers of its own.
local function units_of(start)
  if start == nil or start == false then return nil end
  local given = start == true and {} or start
  return { min_inference_units = math.tointeger(given.min_inference_units or 1),
           max_inference_units = given.max_inference_units and math.tointeger(given.max_inference_units) }
end

local function merged(first, second)
  if not first and not second then return nil end
  local both = {}
  for name, value in pairs(first or {}) do both[name] = value end
  for name, value in pairs(second or {}) do both[name] = value end
  return both
end

local function is_wanted(destination, model)
  if not destination.only then return true end
  for _, name in ipairs(destination.only) do
    if name == model.name or name == model.project or name == model.version then return true end
  end
  return false
end

-- The project in the destination: the model's own by name, if none is given.
local function project_of(destination, model)
  if destination.project then return destination.project end
  local arn = arns.parse(model.project) or arns.parse(model.version)
  return arn and arn.project or model.project
end

local function item_of(plan, i, model, j, destination)
  local source = model.source or plan.source or {}
  local start = destination.start
  if start == nil then start = model.start end
  local project = project_of(destination, model)
  return {
    path = ("models[%d] to destinations[%d]"):format(i, j),
    key = ("%s%s to %s%s:%s%s"):format(model.project and model.project .. "/" or "", model.version or "newest",
      destination.profile or "default", destination.region and " " .. destination.region or "", project,
      model.name and "/" .. model.name or ""),
    source = { profile = source.profile, region = source.region or destination.region },
    destination = { profile = destination.profile, region = destination.region or source.region },
    start = units_of(start),
    options = {
      source_project = model.project, source_version = model.version, version_name = model.name,
      destination_project = project, create_project = destination.create_project or false,
      output_config = destination.output_config, kms_key_id = destination.kms_key_id, role = destination.role,
      tags = merged(model.tags, destination.tags), remove_policy = plan.remove_policy or false,
      replace_failed = plan.replace_failed or false,
    },
  }
end

local function add_items(plan, add)
  local items, seen = {}, {}
  for j, destination in ipairs(plan.destinations) do
    for i, model in ipairs(plan.models) do
      if is_wanted(destination, model) then
        local item = item_of(plan, i, model, j, destination)
        if seen[item.key] then add(item.path, "is the same copy as " .. seen[item.key]) end
        seen[item.key] = item.path
        items[#items + 1] = item
      end
    end
  end
  if #items == 0 then add("destinations", "must want at least one of the models: see `only`") end
  return items
end

local function fail(problems, what)
  local lines = {}
  for i, problem in ipairs(problems) do
    lines[i] = (problem.path == "" and "the plan" or problem.path) .. " " .. problem.message
  end
  rek_error.raise { kind = "validation", code = "ValidationError", problems = problems, retryable = false,
                    message = what .. " " .. table.concat(lines, "; ") }
end

local function fail_file(path, message)
  fail({ { path = path, message = message } }, "the plan")
end

-- A member that is null in JSON is absent.
local function read_file(path)
  local file, why = io.open(path, "rb")
  if not file then fail_file(path, "could not be read: " .. why:sub(#path + 3)) end
  local text, reason = file:read(MOST_BYTES + 1)
  file:close()
  if not text and reason then fail_file(path, "could not be read: " .. reason) end
  if text and #text > MOST_BYTES then fail_file(path, "is larger than 16 MiB") end
  local plan, problem = json.read(text or "")
  if problem then fail_file(path, "is not JSON: " .. problem) end
  return plan
end

--- Reads a plan and checks all of it. Raises a `validation` error that names every problem.
---@param plan table|string  a table, or the path of a JSON file
---@return table[] items  one for each copy: key, source, destination (profile, region), start, options of copy_model
function M.read(plan)
  if type(plan) == "string" then plan = read_file(plan) end
  local problems = {}
  local function add(path, message) problems[#problems + 1] = { path = path, message = message } end
  check_members(plan, add)
  if #problems > 0 then fail(problems, "the plan:") end
  local items = add_items(plan, add)
  if #problems > 0 then fail(problems, "the plan:") end
  return items
end

--- Checks the options of every copy, as copy_model does, with the clients that were made for them.
---@param items table[]
function M.check_options(items)
  local problems = {}
  for _, item in ipairs(items) do
    for _, problem in ipairs(copy_options.problems(item.options)) do
      problems[#problems + 1] = { path = item.path .. ": " .. problem.path, message = problem.message }
    end
  end
  if #problems > 0 then fail(problems, "the plan:") end
end

return M
