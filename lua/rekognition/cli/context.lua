--- What a command is given: its arguments, where its results go, how it asks and reports, and how it makes clients.

local clients = require "rekognition.client"
local core = require "rekognition.core"
local interrupts = require "rekognition.cli.interrupts"
local outputs = require "rekognition.cli.output"
local regions = require "rekognition.cli.regions"
local rek_error = require "rekognition.error"
local progresses = require "rekognition.cli.progress"
local text = require "rekognition.cli.text"

local M = {}

---@class rekognition.cli.Context
---@field args table         as the parser has them
---@field command string
---@field output rekognition.cli.Output
---@field progress rekognition.cli.Progress
---@field in_flags fun(text: string): string  with the library's options named as flags
local Context = {}
Context.__index = Context

-- NO_COLOR (no-color.org): any value that is not empty.
local function may_color()
  local no_color, term = os.getenv "NO_COLOR", os.getenv "TERM"
  return (no_color == nil or no_color == "") and term ~= nil and term ~= "" and term ~= "dumb"
end

---@param command string
---@param args table
---@param default_format? "table"|"json"
---@return rekognition.cli.Context
function M.new(command, args, default_format)
  local color = may_color()
  -- A terminal that can't move its cursor gets plain lines, as a pipe does.
  local is_live = core.is_terminal(2) and os.getenv "TERM" ~= "dumb"
  return setmetatable({
    command = command, args = args, in_flags = tostring,
    output = outputs.new(args.output or default_format or "table", color and core.is_terminal(1)),
    progress = progresses.new { quiet = args.quiet, terminal = is_live, color = color },
  }, Context)
end

--- Ends the command as used wrongly.
---@param format string
function Context.usage(_, format, ...)
  error({ usage = format:format(...) }, 0)
end

--- The value of an option that can't be left out.
---@param name string "--version"
---@return any
function Context:need(name)
  local value = self.args[(name:gsub("^%-%-", ""):gsub("%-", "_"))]
  if value == nil then self:usage("option %s is missing", name) end
  return value
end

-- Asks for a line. A signal ends the read.
local function ask(question)
  io.stderr:write(question)
  io.stderr:flush()
  interrupts.look()
  local line = io.read "l"
  interrupts.look()
  return line
end

-- A role with an MFA device: its code is asked for, where somebody is there to answer.
local function ask_mfa(self)
  return function(serial)
    if not (core.is_terminal(0) and core.is_terminal(2)) then
      rek_error.raise { kind = "credentials", code = "MfaCodeNeeded",
        message = ("a code of the MFA device %s is needed, and there is no terminal to ask for it; run the command "
          .. "in a terminal, or use credentials that have the role already"):format(serial) }
    end
    self.progress:clear()
    return ask(("MFA code for %s: "):format(text.clean(serial)))
  end
end

--- A client, by the options --profile, --region and --endpoint-url.
---@param more? table  profile, region, endpoint instead of those
---@return rekognition.Client
function Context:client(more)
  more = more or {}
  local client = clients.new {
    profile = more.profile or self.args.profile, region = more.region or self.args.region,
    endpoint = more.endpoint or self.args.endpoint_url, sleep = self.progress:sleep(), mfa_token = ask_mfa(self),
  }
  self.region_hint = self.region_hint or regions.hint(client.region)
  return client
end

--- Where a client's calls go, for a question: who runs the command sees whose account it is.
---@param client rekognition.Client
---@return string "profile dev, region us-east-1"
function Context.where(_, client)
  local config = client._config ---@type any
  local by_keys = not config.named_in_code and (client._seams.env.AWS_ACCESS_KEY_ID or "") ~= ""
  local who = by_keys and "the environment's keys" or "profile " .. config.profile_name
  local host = client.endpoint:match("^https://([^/]*)$") or ""
  local at = host:find(".amazon", 1, true) -- .amazonaws.com, .amazonaws.com.cn
  local is_aws = at and host:find("^%.amazon[a-z]*%.[a-z]", at)
  return ("%s, region %s%s"):format(who, client.region, is_aws and "" or ", endpoint " .. client.endpoint)
end

--- Reports the events of a workflow.
---@return fun(event: table)
function Context:on_progress()
  return function(event) self.progress:event(event) end
end

--- Says something that stays on the error stream.
---@param format string
function Context:say(format, ...)
  self.progress:note(self.in_flags(format:format(...)))
end

--- Asks whether to go on with what costs or deletes. Where nobody can answer, --yes must have been given.
---@param question string  "This deletes the project birds."
---@param client? rekognition.Client  whose account it is done in
---@param source? rekognition.Client|false  of a copy: whose account it is made from
---@return boolean
function Context:confirm(question, client, source)
  local where = client and self:where(client)
  if source and source ~= client then where = ("from %s, to %s"):format(self:where(source), where) end
  if where then question = ("%s (%s)."):format((question:gsub("%.$", "")), where) end
  if self.args.yes then return true end
  self.progress:clear()
  if not (core.is_terminal(0) and core.is_terminal(2)) then
    self:usage("%s Without a terminal it is done only with --yes", question)
  end
  local ok, line = pcall(ask, text.clean(question) .. " Go on? [y/N] ")
  if not ok then
    self:say("\nnothing was done")
    error({ is_said = true }, 0) -- interrupted: the exit status says by what
  end
  if line and line:find("^[yY]") then return true end
  self:say(line and "nothing was done" or "\nnothing was done")
  return false
end

return M
