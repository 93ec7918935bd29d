--- Who there is: accounts with users and roles, their keys and policies, and the sessions that STS issues.
--
-- A session's token holds all that it stands for, with a checksum: it needs no place in the state file and is good
-- after a restart. Whoever reads this file can make one. The emulator keeps nobody out who is on the machine.

local ascii = require "rekognition.text.ascii"
local core = require "rekognition.core"
local hex = require "rekognition.text.hex"
local json = require "rekognition.custom_labels.policy.json"
local policy = require "rekognition.custom_labels.policy"
local cjson = require("cjson").new()

local M = {}

local SEAL = "rekognition-emulator session 1" -- what checksums begin with

---@class rekognition.emulator.Account  whom an access key belongs to
---@field access_key_id string
---@field secret_access_key string
---@field account_id string      12 digits
---@field session_token? string  the token that must come with the key
---@field expires? number        epoch seconds after which the token is refused
---@field user? string           the name of the user; the account's root where neither it nor `role` is there
---@field role? string           the name of the role, of which this is a session
---@field session? string        the session's name
---@field issued? number         epoch seconds, where STS issued it
---@field session_policy? string  a policy that limits the session
---@field tags? table<string, string>  session tags

---@class rekognition.emulator.User
---@field name string
---@field path string
---@field policies? rekognition.policy.Document[]  nil: everything is allowed
---@field boundary? rekognition.policy.Document     the most that it may do
---@field tags table<string, string>

---@class rekognition.emulator.Role : rekognition.emulator.User
---@field trust rekognition.policy.Document
---@field max_session_duration number

---@class rekognition.emulator.Identities
---@field accounts table<string, rekognition.emulator.Account>  by access key id
---@field users table<string, rekognition.emulator.User>        by "ACCOUNT NAME"
---@field roles table<string, rekognition.emulator.Role>
---@field organization? string
---@field expired_before number  sessions issued before it have expired
local Identities = {}
Identities.__index = Identities

local function fail(where, message, ...)
  error(("%s %s"):format(where, message:format(...)), 0)
end

-- A policy given as text, as a Lua table, or as json.read returned it.
local function read_policy(value, kind, where)
  local text = json.is_object(value) and json.write(value) or type(value) == "table" and cjson.encode(value) or value
  if type(text) ~= "string" then fail(where, "must be a policy document") end
  local document, problems = policy.parse(text, kind)
  if document then return document end
  return fail(where, "must be a policy document: %s %s", problems[1].path, problems[1].message)
end

local function read_policies(list, where)
  if list == nil then return nil end
  if type(list) ~= "table" then fail(where, "must be a list of policy documents") end
  local documents = {}
  for i, one in ipairs(list) do documents[i] = read_policy(one, "identity", ("%s[%d]"):format(where, i)) end
  return documents
end

local function read_boundary(document, where)
  if document == nil then return nil end
  return read_policy(document, "identity", where .. ".permissions_boundary")
end

local function check_name(name, where)
  if type(name) ~= "string" or #name > 64 or not name:find("^[A-Za-z0-9+=,.@_-]+$") then
    fail(where .. ".name", "must have 1 to 64 letters, digits and +=,.@_-, got %s", tostring(name))
  end
end

local function read_path(path, where)
  path = path or "/"
  if type(path) ~= "string" or path:sub(1, 1) ~= "/" or path:sub(-1) ~= "/" then
    fail(where .. ".path", "must begin and end with /, got %s", tostring(path))
  end
  return path
end

local function read_tags(tags, where)
  local result = {}
  if tags ~= nil and type(tags) ~= "table" then fail(where .. ".tags", "must be an object") end
  for key, value in pairs(tags or {}) do
    if type(key) ~= "string" or type(value) ~= "string" then fail(where .. ".tags", "must have texts only") end
    result[key] = value
  end
  return result
end

function Identities:add_key(key, where)
  for _, name in ipairs { "access_key_id", "secret_access_key" } do
    if type(key[name]) ~= "string" or key[name] == "" then fail(where .. "." .. name, "must be a text") end
  end
  self.accounts[key.access_key_id] = key
end

local function read_user(self, account, user, where)
  check_name(user.name, where)
  self.users[account .. " " .. user.name] = {
    name = user.name, path = read_path(user.path, where), tags = read_tags(user.tags, where),
    policies = read_policies(user.policies, where .. ".policies"),
    boundary = read_boundary(user.permissions_boundary, where),
  }
  if user.access_key_id ~= nil then
    self:add_key({ access_key_id = user.access_key_id, secret_access_key = user.secret_access_key, account_id = account,
                   user = user.name }, where)
  end
end

-- Our decision: a role without a trust policy trusts its own account.
local function own_trust(account)
  return { Version = "2012-10-17", Statement = { { Effect = "Allow", Principal = { AWS = account },
                                                   Action = "sts:AssumeRole" } } }
end

local function read_role(self, account, role, where)
  check_name(role.name, where)
  local longest = role.max_session_duration or 3600
  if math.type(longest) == nil or longest < 3600 or longest > 43200 then
    fail(where .. ".max_session_duration", "must be a number from 3600 to 43200, got %s", tostring(longest))
  end
  self.roles[account .. " " .. role.name] = {
    name = role.name, path = read_path(role.path, where), tags = read_tags(role.tags, where),
    policies = read_policies(role.policies, where .. ".policies"), max_session_duration = longest,
    boundary = read_boundary(role.permissions_boundary, where),
    trust = read_policy(role.trust or own_trust(account), "trust", where .. ".trust"),
  }
end

local KNOWN = { users = read_user, roles = read_role }

local function read_account(self, account, description)
  if not tostring(account):find("^%d%d%d%d%d%d%d%d%d%d%d%d$") then
    fail("identities", "must have accounts of 12 digits, got %s", tostring(account))
  end
  local where = "identities." .. account
  if type(description) ~= "table" then fail(where, "must be an object") end
  for name in pairs(description) do
    if not KNOWN[name] and name ~= "root" then
      fail(where .. "." .. tostring(name), "is not known. An account has users, roles and root")
    end
  end
  for name, read in pairs(KNOWN) do
    for i, one in ipairs(description[name] or {}) do
      local place = ("%s.%s[%d]"):format(where, name, i)
      if type(one) ~= "table" then fail(place, "must be an object") end
      read(self, account, one, place)
    end
  end
  if description.root then
    self:add_key({ access_key_id = description.root.access_key_id, account_id = account,
                   secret_access_key = description.root.secret_access_key }, where .. ".root")
  end
end

--- Adds what a description has: {["111122223333"] = {users = {...}, roles = {...}, root = {...}},
--- organization = "o-1"}. Raises a sentence where something of it is wrong.
---@param description table
function Identities:add(description)
  if type(description) ~= "table" then fail("identities", "must be an object of accounts") end
  local organization = description.organization
  if organization ~= nil and type(organization) ~= "string" then fail("identities.organization", "must be a text") end
  self.organization = organization or self.organization
  for account, one in pairs(description) do
    if account ~= "organization" then read_account(self, account, one) end
  end
end

--- Makes the identities of some accounts' keys, and of a description.
---@param accounts rekognition.emulator.Account[]
---@param description? table
---@return rekognition.emulator.Identities
function M.new(accounts, description)
  local self = setmetatable({ accounts = {}, users = {}, roles = {}, expired_before = -math.huge }, Identities)
  for _, account in ipairs(accounts) do self.accounts[account.access_key_id] = account end
  if description then self:add(description) end
  return self
end

--- Reads a file with a description. Raises a sentence where it can't.
---@param path string
---@return table
function M.read_file(path)
  local file, problem = io.open(path, "rb")
  local text = file and file:read("a")
  if file then file:close() end
  if not text then error("could not read the identities file: " .. tostring(problem or path), 0) end
  local value, why = json.read(text)
  if value == nil then error(("could not read the identities file %s: %s"):format(path, why), 0) end
  return value
end

-- ---- sessions ---------------------------------------------------------------------------------

local function seal(text, purpose)
  return core.sha256_hex(SEAL .. purpose .. core.sha256_hex(SEAL .. purpose .. text))
end

-- The key of a token: its id and its secret follow from it.
local function keys_of(token)
  return "ASIA" .. ascii.upper(seal(token, "key id"):sub(1, 16)), seal(token, "secret"):sub(1, 40)
end

--- Credentials of a role's session.
---@param session {account_id: string, role: string, session: string, expires: number, issued: number}
---@return {access_key_id: string, secret_access_key: string, session_token: string}
function M.issue(session)
  local content = hex.encode(cjson.encode(session) .. " " .. core.uuid())
  local token = "EMU" .. content .. seal(content, "token")
  local key, secret = keys_of(token)
  return { access_key_id = key, secret_access_key = secret, session_token = token }
end

local function open_token(token)
  local content, checksum = token:sub(4, -65), token:sub(-64)
  if token:sub(1, 3) ~= "EMU" or #token > 20000 or seal(content, "token") ~= checksum then return nil end
  local text = hex.decode(content)
  local ok, session = pcall(cjson.decode, text and text:match("^(.*) [^ ]*$") or "")
  return ok and type(session) == "table" and session or nil
end

--- Whom an access key belongs to; nil where nobody has it.
---@param key string
---@param token? string
---@return rekognition.emulator.Account?
function Identities:find(key, token)
  local account = self.accounts[key]
  if account or not token or key:sub(1, 4) ~= "ASIA" then return account end
  local session = open_token(token)
  if not session then return nil end
  local expected, secret = keys_of(token)
  if expected ~= key then return nil end
  session.access_key_id, session.secret_access_key, session.session_token = key, secret, token
  if session.issued < self.expired_before then session.expires = session.issued end
  return session
end

--- Makes every token expire that is there at a time: those of sessions that were issued before, and those that come
--- with a key of the options.
---@param now number  epoch seconds
function Identities:expire(now)
  self.expired_before = now + 1e-6
  for _, account in pairs(self.accounts) do
    if account.session_token then account.expires = math.min(account.expires or now, now) end
  end
end

-- ---- callers ----------------------------------------------------------------------------------

---@class rekognition.emulator.Caller
---@field account string  12 digits
---@field arn string      the caller's own ARN
---@field region string   from the credential scope
---@field kind "root"|"user"|"session"
---@field name? string    of the user, or of the session's role
---@field principal_arn string  the ARN that aws:PrincipalArn has
---@field user_id string
---@field policies? rekognition.policy.Document[]  identity policies; nil: everything is allowed
---@field session_policies rekognition.policy.Document[]
---@field boundary? rekognition.policy.Document  the permissions boundary of the user or the role
---@field tags table<string, string>
---@field issued? number
---@field organization? string

local function unique_id(prefix, text)
  return prefix .. ascii.upper(core.sha256_hex(text):sub(1, 17))
end

local function user_caller(self, account, caller)
  local user = self.users[account.account_id .. " " .. account.user] or { path = "/", tags = {} }
  caller.kind, caller.name, caller.policies, caller.tags = "user", account.user, user.policies, user.tags
  caller.boundary = user.boundary
  caller.arn = ("arn:aws:iam::%s:user%s%s"):format(account.account_id, user.path, account.user)
  caller.principal_arn, caller.user_id = caller.arn, unique_id("AIDA", caller.arn)
  return caller
end

local function session_caller(self, account, caller)
  local role = self.roles[account.account_id .. " " .. account.role] or { path = "/", tags = {} }
  caller.kind, caller.name, caller.policies, caller.tags = "session", account.role, role.policies, {}
  caller.boundary = role.boundary
  for key, value in pairs(role.tags) do caller.tags[key] = value end
  for key, value in pairs(account.tags or {}) do caller.tags[key] = value end
  caller.arn = ("arn:aws:sts::%s:assumed-role/%s/%s"):format(account.account_id, account.role, account.session)
  caller.principal_arn = M.role_arn(account.account_id, role.path, account.role)
  caller.user_id = M.role_id(account.account_id, account.role) .. ":" .. account.session
  caller.issued = account.issued
  if account.session_policy then caller.session_policies[1] = policy.parse(account.session_policy, "identity") end
  return caller
end

--- A role's ARN.
function M.role_arn(account, path, name)
  return ("arn:aws:iam::%s:role%s%s"):format(account, path, name)
end

--- A role's unique id.
function M.role_id(account, name)
  return unique_id("AROA", account .. "/" .. name)
end

--- The caller that an access key's owner is.
---@param account rekognition.emulator.Account
---@param region string
---@return rekognition.emulator.Caller
function Identities:caller(account, region)
  local caller = { account = account.account_id, region = region, session_policies = {}, tags = {},
                   organization = self.organization, access_key_id = account.access_key_id }
  if account.user then return user_caller(self, account, caller) end
  if account.role then return session_caller(self, account, caller) end
  caller.kind, caller.arn = "root", ("arn:aws:iam::%s:root"):format(account.account_id)
  caller.principal_arn, caller.user_id = caller.arn, account.account_id
  return caller
end

return M
