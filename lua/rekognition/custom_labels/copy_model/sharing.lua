--- The policy of a source project that lets another account copy some of its versions.
--
-- Every policy of ours has a name by which a later run knows it; no other policy is ever changed. Where something was
-- lost or changed by someone else meanwhile, the policies are listed again: what they say is what counts.

local arns = require "rekognition.text.arn"
local calls_of = require "rekognition.custom_labels.calls"
local json = require "rekognition.custom_labels.policy.json"
local places = require "rekognition.custom_labels.copy_model.places"
local policy = require "rekognition.custom_labels.policy"
local rek_error = require "rekognition.error"

local M = {}

-- Our decisions. AWS allows 5 policies for a project, and says that this can be raised.
local MOST_ROUNDS = 10
local NAME = "rekognition-lua.copies-to.%s"

-- Somebody else was there between our look and our change.
local CONFLICTS = {
  InvalidPolicyRevisionIdException = true, ResourceAlreadyExistsException = true,
}

---@class rekognition.Sharing  what a policy is for
---@field calls rekognition.Calls
---@field client rekognition.Client  of the source's account
---@field project string             the source project's ARN
---@field account string             the destination's
---@field role? string               of that account
---@field versions string[]          ARNs
---@field identity? fun(): table?    who will copy: { account, arn }, as far as it is known

--- The name of our policy of that number.
---@param account string
---@param number integer  from 1
---@return string
function M.name(account, number)
  return NAME:format(account) .. (number > 1 and "-" .. number or "")
end

-- Which of our policies a name is; nil for a policy of somebody else.
local function number_of(name, account)
  local base = M.name(account, 1)
  if name == base then return 1 end
  if type(name) ~= "string" or name:sub(1, #base + 1) ~= base .. "-" then return nil end
  local digits = name:sub(#base + 2)
  return digits:find("^[1-9][0-9]?$") and math.tointeger(tonumber(digits)) or nil
end

--- All policies of a project.
---@return table[]
function M.list(calls, client, project)
  return calls:list(client, "ListProjectPolicies", { ProjectArn = project }, "ProjectPolicies")
end

-- What all policies say of one version: "Allow", "Deny" (and by which), or nil with the keys that can't be seen.
local function decide_all(list, identity, version)
  local allowed_by, unseen
  for _, entry in ipairs(list) do
    local ok, decision, unknown = pcall(policy.decide, entry.PolicyDocument, identity, version)
    if ok and decision == "Deny" then return "Deny", entry.PolicyName end
    if ok and decision == "Allow" then allowed_by = allowed_by or entry.PolicyName end
    if not ok then unseen = unseen or "a document that can't be read" end
    if ok and unknown and unknown[1] then unseen = unseen or unknown[1] end
  end
  return allowed_by and "Allow" or nil, allowed_by, unseen
end

--- What a project's policies say of a version, for whoever will copy it.
---@param sharing rekognition.Sharing
---@param list table[]    of `list`
---@param version string
---@return "Allow"|"Deny"|nil decision
---@return string? policy  the name of the policy that decides
---@return string? unseen  what the decision depends on and can't be seen
function M.decide(sharing, list, version)
  local role = sharing.role and policy.statement({ account = sharing.account, version = version, role = sharing.role })
  local identity = { account = sharing.account, arn = role and role.Principal.AWS or nil,
                     region = arns.parse(sharing.project).region }
  local decision, by, unseen = decide_all(list, identity, version)
  -- Who will copy is asked only if it could make a difference.
  if unseen == "aws:PrincipalArn" and not identity.arn and sharing.identity then
    local known = sharing.identity()
    if known and known.account == sharing.account then identity.arn = known.arn end
    if identity.arn then decision, by, unseen = decide_all(list, identity, version) end
  end
  return decision, by, unseen
end

local function refuse_denied(sharing, name, version)
  local ok, e = pcall(places.refuse, "PolicyDenies",
    ("look at the policy %s of that project, and take out or narrow its Deny; nothing was changed"):format(name),
    "the policy %s of the project %s denies account %s the copy of %s", name, sharing.project, sharing.account, version)
  e.source_version = not ok and version
  error(e, 0)
end

local function options_of(sharing, version)
  return { account = sharing.account, role = sharing.role, version = version }
end

-- A policy's text with the version added; nil if it would be too long, or if nothing can be added to the text.
local function with(text, sharing, version)
  local ok, merged = pcall(policy.merge, text, options_of(sharing, version))
  if ok then return merged end
  if rek_error.is_error(merged) then return nil end
  error(merged, 0)
end

-- Our policies as they are, by their numbers.
local function own_drafts(sharing, list)
  local drafts, last = {}, 0
  for _, entry in ipairs(list) do
    local number = number_of(entry.PolicyName, sharing.account)
    if number then
      drafts[number] = { name = entry.PolicyName, text = entry.PolicyDocument, revision = entry.PolicyRevisionId }
      last = math.max(last, number)
    end
  end
  return drafts, last
end

-- Adds a version to the first policy of ours that has room for it, or to a new one.
local function add_to_draft(sharing, drafts, version)
  local number = 1
  while true do
    local draft = drafts[number]
    if not draft then
      draft = { name = M.name(sharing.account, number) }
      drafts[number] = draft
    end
    local text = with(draft.text, sharing, version)
    if text then
      draft.text, draft.is_changed = text, true
      return
    end
    if not draft.text then -- not even alone: the arguments are wrong, and the reason is in the error
      policy.build(options_of(sharing, version))
    end
    number = number + 1
  end
end

-- What must be put so that every version may be copied. Raises if a policy denies one.
local function plan(sharing, list)
  local drafts = own_drafts(sharing, list)
  for _, version in ipairs(sharing.versions) do
    local decision, by = M.decide(sharing, list, version)
    if decision == "Deny" then refuse_denied(sharing, by, version) end
    if decision ~= "Allow" then add_to_draft(sharing, drafts, version) end
  end
  local changed = {}
  for number = 1, 100 do
    if drafts[number] and drafts[number].is_changed then changed[#changed + 1] = drafts[number] end
  end
  return changed
end

--- What `ensure` would do.
---@param sharing rekognition.Sharing
---@return { name: string, text: string, revision: string? }[] changes  none if every version may be copied already
---@return integer count  policies that the project has now
function M.plan(sharing)
  local list = M.list(sharing.calls, sharing.client, sharing.project)
  return plan(sharing, list), #list
end

-- Whether to look again after a failed change: it met somebody else's, or nobody knows what it did.
local function is_to_be_looked_at(e, revision)
  if not rek_error.is_error(e) then return false end
  return CONFLICTS[e.code] or calls_of.is_unclear(e) or calls_of.is_throttled(e)
    or e.code == "ResourceNotFoundException" and revision ~= nil
end

local function put(sharing, draft)
  return sharing.calls:call(sharing.client, "PutProjectPolicy", { ProjectArn = sharing.project,
    PolicyName = draft.name, PolicyRevisionId = draft.revision, PolicyDocument = draft.text })
end

-- Looks, and changes what must be changed, until a look finds nothing to change.
local function settle(sharing, changes_of, apply)
  local changed = {}
  for round = 1, MOST_ROUNDS do
    local changes = changes_of(M.list(sharing.calls, sharing.client, sharing.project))
    if #changes == 0 then return changed end
    local trouble
    for _, change in ipairs(changes) do
      local ok, e = pcall(apply, sharing, change)
      if not ok and not is_to_be_looked_at(e, change.revision) then error(e, 0) end
      if not ok then
        trouble = e
        break
      end
      changed[#changed + 1] = change.name
    end
    if not trouble then return changed end
    if round == MOST_ROUNDS then error(trouble, 0) end
    changed.was_unclear = true
    sharing.calls:back_off(math.min(round, 3))
  end
end

--- Sees to it that every version may be copied. What existing policies allow isn't written again.
---@param sharing rekognition.Sharing
---@return "done"|"found" outcome
---@return string[] names  of the policies that were changed
function M.ensure(sharing)
  local changed = settle(sharing, function(list) return plan(sharing, list) end, put)
  return (#changed > 0 or changed.was_unclear) and "done" or "found", changed
end

-- ---- taking a version out again ---------------------------------------------------------------

local function is_ours(statement, wanted)
  return json.is_object(statement) and statement.Effect == "Allow" and statement.Condition == nil
    and json.is_object(statement.Principal) and statement.Principal.AWS == wanted.Principal.AWS
    and statement.Action == wanted.Action
end

local function replaced(object, name, value)
  local members = {}
  for _, member in ipairs(json.names(object)) do
    members[#members + 1] = { member, member == name and value or object[member] }
  end
  return json.object(members)
end

-- A statement without the version; false if nothing is left of it.
local function statement_without(statement, version)
  local resources, kept = statement.Resource, {}
  if type(resources) == "string" then resources = { resources } end
  for _, resource in ipairs(resources or {}) do
    if resource ~= version then kept[#kept + 1] = resource end
  end
  if #kept == #(resources or {}) then return statement end
  if #kept == 0 then return false end
  return replaced(statement, "Resource", #kept == 1 and kept[1] or json.list(kept))
end

-- A policy's text without the version; "" if nothing is left, nil if the version isn't in it.
local function text_without(text, sharing, version)
  local source = json.read(text)
  if not json.is_object(source) then return nil end
  local statements = source.Statement
  if json.is_object(statements) then statements = { statements } end
  local wanted = policy.statement(options_of(sharing, version))
  local kept, has_changed = {}, false
  for _, statement in ipairs(statements or {}) do
    local left = statement
    if is_ours(statement, wanted) then left = statement_without(statement, version) end
    if left then kept[#kept + 1] = left end
    has_changed = has_changed or left ~= statement
  end
  if not has_changed then return nil end
  return #kept == 0 and "" or json.write(replaced(source, "Statement", json.list(kept)))
end

local function plan_removal(sharing, list)
  local drafts, last = own_drafts(sharing, list)
  local changes = {}
  for number = 1, last do
    local draft = drafts[number]
    for _, version in ipairs(draft and sharing.versions or {}) do
      local text = draft.text ~= "" and text_without(draft.text, sharing, version)
      if text then draft.text, draft.is_changed = text, true end
    end
    if draft and draft.is_changed then changes[#changes + 1] = draft end
  end
  return changes
end

local function remove_or_put(sharing, draft)
  if draft.text ~= "" then return put(sharing, draft) end
  return sharing.calls:call(sharing.client, "DeleteProjectPolicy", { ProjectArn = sharing.project,
    PolicyName = draft.name, PolicyRevisionId = draft.revision })
end

--- Takes the versions out of our policies, and removes a policy of which nothing is left. No other policy is touched.
---@param sharing rekognition.Sharing
---@return "done"|"skipped" outcome
---@return string[] names  of the policies that were changed
function M.remove(sharing)
  local changed = settle(sharing, function(list) return plan_removal(sharing, list) end, remove_or_put)
  return (#changed > 0 or changed.was_unclear) and "done" or "skipped", changed
end

return M
