--- Workflows for Amazon Rekognition Custom Labels. Each part is loaded when it is first used.
--
-- docs/custom-labels.md describes them.

-- What a name stands for: a module of this folder, or one function of it.
local PARTS = {
  copy_model = { module = "copy_model", name = "run" },
  copy_models = { module = "fleet", name = "new" },
  doctor = { module = "doctor", name = "run" },
  policy = { module = "policy" },
  run_model = { module = "run_model", name = "run" },
  inventory = { module = "inventory", name = "run" },
}

local expect = require "rekognition.text.expect"

---@class rekognition.custom_labels
---@field copy_model fun(options: rekognition.CopyOptions): rekognition.CopyResult  copies a model, and waits
---@field copy_models fun(options: rekognition.FleetOptions): rekognition.Fleet  many models to many places
---@field doctor fun(options: rekognition.CopyOptions): rekognition.Diagnosis  why a copy is refused
---@field run_model fun(options: table, body: fun(version: rekognition.ProjectVersionDescription, run: table): any): ...
---  starts a model, and stops it whatever happens
---@field inventory fun(options: table): table[]  what there is, what runs since when, and what it costs
---@field policy table  project policies: build, check, explain, merge, decide
local M = {}

---@type rekognition.custom_labels
local module = setmetatable(M, {
  __index = function(_, name)
    local part = PARTS[name]
    if not part then return nil end
    local value = require("rekognition.custom_labels." .. part.module)
    if part.name then value = value[part.name] end
    rawset(M, name, value)
    return value
  end,
})
local names = {}
for name in pairs(PARTS) do names[#names + 1] = name end
expect.face(module, "rekognition.custom_labels", names)
return module
