--- Policy documents by IAM's rules: built, checked, explained, merged, and asked for a decision.
--
-- docs/policies.md says what is understood, and what is our decision.

local expect = require "rekognition.text.expect"
local build = require "rekognition.custom_labels.policy.build"
local decide = require "rekognition.custom_labels.policy.decide"
local evaluate = require "rekognition.custom_labels.policy.evaluate"
local explain = require "rekognition.custom_labels.policy.explain"
local grammar = require "rekognition.custom_labels.policy.grammar"
local identity = require "rekognition.custom_labels.policy.identity"

local M = expect.face({ build = build.build, statement = build.statement, merge = build.merge, decide = decide,
                        explain = explain }, "rekognition.custom_labels.policy")

local KIND = expect.one_of { "project", "identity", "trust" }
local INVALID = { code = "ValidationError" }

--- Checks a policy document.
---@param text string
---@param kind? "project"|"identity"|"trust"  "project" by default
---@return boolean ok
---@return {path: string, message: string}[]? problems  every problem found
function M.check(text, kind)
  expect.argument(text, expect.STRING, "policy.check", "text", INVALID)
  if kind ~= nil then expect.argument(kind, KIND, "policy.check", "kind", INVALID) end
  local document, problems = grammar.parse(text, kind)
  return document ~= nil, problems
end

--- For evaluators such as the emulator: reads a document, reads an identity, decides by several documents.
M.parse, M.identity, M.evaluate = grammar.parse, identity.read, evaluate.decide

return M
