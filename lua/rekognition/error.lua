--- The one error class of the SDK.
--
-- Everything that goes wrong is raised as a value of this class, a slip in the caller's code included; callers who
-- want values use `pcall`. `tostring(e)` is one line, says where the caller's code called, and holds no secret.

-- What a host may take away from its scripts.
local debug, loaded, rawequal, rawget = debug, package.loaded, rawequal, rawget

---@class rekognition.Error
---@field kind "validation"|"credentials"|"config"|"transport"|"protocol"|"service"|"waiter"|"cancelled"
---@field code string            AWS's code for a service error ("ResourceInUseException"), ours for others
---@field message string
---@field operation? string      "CopyProjectVersion"
---@field status? integer        HTTP status
---@field request_id? string
---@field attempts? integer      how many times the request was sent
---@field retryable? boolean     whether trying again later could help
---@field maybe_succeeded? boolean  an attempt may have been read by the service, and what came of it isn't known
---@field problems? {path: string, message: string}[]  validation: every problem found, at least one
---@field details? table         service: the members of the response's body
---@field elapsed? number        seconds that the call took, its retries among them
---@field retry_outcome? string  why no further attempt was made; see docs/retries.md
---@field where? string          "file.lua:12": where the caller's own code called
---@field cause? any             the error behind this one
local Error = {}
Error.__index = Error
Error.__name = "rekognition.error"

local M = {}

-- The files of this library, as chunks are named: by the path of this file, or by their names alone where the module
-- holds their compiled forms.
local OWN = (debug and debug.getinfo(1, "S").source or ""):match("^(@.*)error%.lua$")
local OWN_COMPILED = "@rekognition/"

-- A file of the library that was loaded from the disk while this one was not: its module is loaded under its own name.
local function is_loaded_file(source)
  local path = source:match("^@.*[/\\]rekognition[/\\](.+)%.lua$")
  if not path then return false end
  local name = ("rekognition." .. path:gsub("[/\\]", ".")):gsub("%.init$", "")
  return loaded[name] ~= nil
end

local function is_own(source)
  return OWN and source:sub(1, #OWN) == OWN or source:sub(1, #OWN_COMPILED) == OWN_COMPILED
    or is_loaded_file(source)
end

--- The place in the caller's code from which the library was called: "file.lua:12", or nil.
---@return string?
function M.place()
  if not debug then return nil end
  local entered = false
  for level = 2, 200 do
    local info = debug.getinfo(level, "Sl")
    if not info then return nil end
    if is_own(info.source) then
      entered = true
    elseif entered and info.what ~= "C" and info.currentline > 0 then
      return ("%s:%d"):format(info.short_src, info.currentline)
    end
  end
end

--- Notes where the caller's code waits for what failed: for an error that was raised where none of it was under way.
function M.locate(value)
  if M.is_error(value) and value.where == nil then value.where = M.place() end
end

--- Makes an error; the fields are those of `rekognition.Error`, `kind` and `message` required.
---@param fields table
---@return rekognition.Error
function M.new(fields)
  fields.code = fields.code or fields.kind
  if fields.kind == "validation" and not (fields.problems and fields.problems[1]) then
    fields.problems = { { path = "", message = fields.message } }
  end
  fields.where = fields.where or M.place()
  return setmetatable(fields, Error)
end

-- Tracebacks by error: kept apart from the fields, so that a dump of an error stays short.
local tracebacks = setmetatable({}, { __mode = "k" })

--- Makes an error and raises it.
---@param fields table  of `rekognition.Error`
---@return never
function M.raise(fields)
  local problem = M.new(fields)
  if debug then tracebacks[problem] = debug.traceback("", 2):sub(2) end
  error(problem, 0)
end

--- Whether a value is an error of this class.
---@return boolean
function M.is_error(value)
  return rawequal(getmetatable(value), Error)
end

local function shown(value)
  if type(value) == "string" then return ('"%s"'):format(value:sub(1, 100):gsub("[\0-\31\"\127-\255]", "?")) end
  if value == nil or type(value) == "number" or type(value) == "boolean" then return tostring(value) end
  return "a " .. type(value)
end

--- Whether any value, a plain string too, is an error with this code or of this kind.
---@param value any
---@param what string  "ResourceInUseException", or a kind such as "transport"
---@return boolean
function M.is(value, what)
  if type(what) ~= "string" or rawequal(value, M) then
    M.raise { kind = "validation", code = "InvalidCall", message = rawequal(value, M)
      and "error.is must be called with a dot, not a colon: rekognition.error.is(e, \"Code\")"
      or "error.is: what must be a string, a code or a kind, got " .. shown(what) }
  end
  return M.is_error(value) and what ~= nil and (value.code == what or value.kind == what)
end

--- Whether the error's code, or its kind, is the one named.
---@param name string "ResourceInUseException", or a kind such as "transport"
---@return boolean
function Error:is(name)
  if not M.is_error(self) then
    M.raise { kind = "validation", code = "InvalidCall",
      message = "e.is must be called with a colon: e:is(\"Code\"); for any value there is "
        .. "rekognition.error.is(e, \"Code\")" }
  end
  if type(name) ~= "string" then
    M.raise { kind = "validation", code = "InvalidCall",
      message = "e:is: name must be a string, a code or a kind, got " .. shown(name) }
  end
  return M.is(self, name)
end

--- Where the error was raised: the stack, as debug.traceback writes it.
---@return string
function Error:traceback()
  if not M.is_error(self) then
    M.raise { kind = "validation", code = "InvalidCall",
      message = "e.traceback must be called with a colon: e:traceback()" }
  end
  return tostring(self) .. "\n" .. (tracebacks[self] or "stack traceback: not available")
end

local function details(self)
  local parts = {}
  if self.kind ~= "service" then parts[#parts + 1] = self.kind .. " error" end
  if self.status then parts[#parts + 1] = "HTTP " .. self.status end
  if self.request_id then parts[#parts + 1] = "request id " .. self.request_id end
  if self.attempts and self.attempts > 1 then parts[#parts + 1] = self.attempts .. " attempts" end
  -- What a cancellation says by itself, and a name that is taken after a lost response.
  local is_said = self.kind == "cancelled" or self.message:find("may have", 1, true)
  if self.maybe_succeeded and not is_said then parts[#parts + 1] = "it may have succeeded all the same" end
  if self.where then parts[#parts + 1] = "called at " .. self.where end
  return #parts > 0 and " (" .. table.concat(parts, ", ") .. ")" or ""
end

-- One line, whatever a service put into its message.
function Error:__tostring()
  local subject = self.operation and self.operation .. ": " or ""
  local code = self.code ~= self.kind and self.code .. ": " or ""
  return ((subject .. code .. self.message .. details(self)):gsub("[\0-\31\127]+", " "))
end

-- So that `"failed: " .. e` reads as expected.
function Error.__concat(left, right)
  return tostring(left) .. tostring(right)
end

-- A host's own error object may have a text that can't be made.
local function text_of(value)
  local ok, text = pcall(tostring, value)
  return ok and text or "an error object (a " .. type(value) .. ") without a text"
end

local function unguarded(ok, ...)
  if ok then return ... end
  error(text_of((...)), 0)
end

--- A function that does what `f` does, and raises strings instead of errors of this class: for hosts that call
--- lua_tostring on what a script raises and can't print an object.
---@generic F: function
---@param f F
---@return F
function M.guard(f)
  if type(f) ~= "function" then
    M.raise { kind = "validation", code = "InvalidCall",
      message = type(f) == "table" and rawget(f, "guard") == M.guard
        and "guard must be called with a dot, not a colon: rekognition.guard(f)"
        or "guard: f must be a function, got " .. shown(f) }
  end
  return function(...) return unguarded(pcall(f, ...)) end
end

return M
