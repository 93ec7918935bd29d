--- The doctor: why can't this model be copied? It only reads, and says what is wrong, what can't be seen from here, and
-- which documents to attach on each side.

local calls_of = require "rekognition.custom_labels.calls"
local checks = require "rekognition.custom_labels.doctor.checks"
local copy_model = require "rekognition.custom_labels.copy_model"
local documents = require "rekognition.custom_labels.doctor.documents"
local option_check = require "rekognition.custom_labels.copy_model.options"
local expect = require "rekognition.text.expect"
local rek_error = require "rekognition.error"
local remedies = require "rekognition.custom_labels.copy_model.remedies"

local M = {}

local LONGEST = 120 -- seconds for all of it; our decision

---@class rekognition.Finding
---@field severity "error"|"warning"|"unseen"|"ok"  error: the copy can't work so; warning: it may not; unseen: it can't
---  be seen from here
---@field where "options"|"failure"|"source"|"destination"|"policy"|"bucket"|"key"|"quotas"
---@field what string
---@field remedy? string
---@field document? string  JSON to attach

---@class rekognition.Diagnosis
---@field ok boolean                     no finding is an error
---@field findings rekognition.Finding[] as they were looked for, in this order
---@field documents { where: string, what: string, text: string }[]  what each side needs
local Diagnosis = {}
Diagnosis.__index = Diagnosis

--- Notes something that was found.
function Diagnosis:add(severity, where, what, remedy, document)
  self.findings[#self.findings + 1] = { severity = severity, where = where, what = what, remedy = remedy,
                                        document = document or nil }
  if severity == "error" then self.ok = false end
end

local WORDS = { error = "WRONG", warning = "MAYBE WRONG", unseen = "NOT SEEN", ok = "ok" }

--- The findings as text, the worst first, then the documents.
---@return string
function Diagnosis:__tostring()
  local lines = {}
  for _, severity in ipairs { "error", "warning", "unseen", "ok" } do
    for _, finding in ipairs(self.findings) do
      if finding.severity == severity then
        lines[#lines + 1] = ("%s (%s): %s"):format(WORDS[severity], finding.where, finding.what)
        if finding.remedy then lines[#lines + 1] = "  What to do: " .. finding.remedy end
        if finding.document then lines[#lines + 1] = "  " .. finding.document end
      end
    end
  end
  for _, document in ipairs(self.documents) do
    lines[#lines + 1] = ("%s, %s:\n  %s"):format(document.where, document.what, document.text)
  end
  return table.concat(lines, "\n")
end

-- A failure that a copy raised, and what to do about it.
local function tell_failure(self, failure)
  if failure == nil then return end
  if not rek_error.is_error(failure) then
    return self:add("warning", "failure", tostring(failure))
  end
  self:add("warning", "failure", ("the copy failed%s: %s"):format(
    failure.step and (' at the step "%s"'):format(failure.step) or "", tostring(failure.cause or failure)),
    remedies.of(failure.cause and rek_error.is_error(failure.cause) and failure.cause or failure, self.job))
end

local function add_documents(self)
  local job = self.job
  if not job.source_project or not job.source_version then return end
  self:add("unseen", "destination", "what the identity policies of the clients allow can't be seen from here",
    "compare them with the identity policies below: nothing less is enough for the copy")
  if job.source and job.is_across then
    self.documents[1] = { where = "source account", what = "identity policy of whoever shares the model",
                          text = documents.source_identity(job) }
  end
  table.insert(self.documents, { where = "destination account", what = "identity policy of whoever copies",
                                 text = documents.destination_identity(job) })
  if job.is_across then
    table.insert(self.documents, { where = "source account", what = "project policy of " .. job.source_project,
                                   text = documents.project_policy(job) })
  end
end

-- The arguments of copy_model, and the doctor's own.
local function read_options(options)
  if type(options) ~= "table" then return options end
  local copy = {}
  for name, value in next, options do copy[name] = value end
  copy.failure = nil
  return copy
end

--- Looks at everything that a copy needs. It changes nothing, and raises only what is a slip in a program.
---@param options rekognition.CopyOptions  as for copy_model; and `failure`, the error that a copy raised
---@return rekognition.Diagnosis
function M.run(options)
  expect.dot(options, "doctor")
  local self = setmetatable({ ok = true, findings = {}, documents = {} }, Diagnosis)
  local asked = read_options(options)
  local problems = option_check.problems(asked)
  for _, problem in ipairs(problems) do
    self:add("error", "options", ("%s %s"):format(problem.path, problem.message), "correct the argument")
  end
  if #problems > 0 then return self end
  local calls = calls_of.new(asked.destination or asked.source, LONGEST)
  self.job = copy_model.job(asked, calls)
  checks.identities(self)
  checks.places(self)
  tell_failure(self, options.failure)
  checks.policies(self)
  checks.bucket(self)
  checks.key(self)
  checks.quotas(self)
  add_documents(self)
  self.job = nil
  return self
end

return M
