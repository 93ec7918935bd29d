--- Policy documents by IAM's rules: built, checked, explained, merged, and asked for a decision.
--
-- docs/policies.md says what is understood, and what is our decision.

local build = require "rekognition.custom_labels.policy.build"
local decide = require "rekognition.custom_labels.policy.decide"
local evaluate = require "rekognition.custom_labels.policy.evaluate"
local explain = require "rekognition.custom_labels.policy.explain"
local grammar = require "rekognition.custom_labels.policy.grammar"
local identity = require "rekognition.custom_labels.policy.identity"

local M = { build = build.build, statement = build.statement, merge = build.merge, decide = decide, explain = explain }

--- Checks a policy document.
---@param text string
---@param kind? "project"|"identity"|"trust"  "project" by default
---@return boolean ok
---@return {path: string, message: string}[]? problems  every problem found
function M.check(text, kind)
  local document, problems = grammar.parse(text, kind)
  return document ~= nil, problems
end

--- For evaluators such as the emulator: reads a document, reads an identity, decides by several documents.
M.parse, M.identity, M.evaluate = grammar.parse, identity.read, evaluate.decide

return M
