--- The class of futures: its fields, and what is said of a name that it has not. Its methods are in `future`.

local cancelled = require "rekognition.async.cancelled"
local nearest = require "rekognition.text.nearest"
local quote = require "rekognition.text.quote"
local rek_error = require "rekognition.error"

local Future = {}
Future.__index = Future
Future.__name = "rekognition.future"

--- Raises that a call is wrong.
function Future.slip(message)
  rek_error.raise { kind = "validation", code = "InvalidCall", message = message }
end

local slip = Future.slip

--- Raises that a method was called on something else.
function Future.check(self, name)
  if getmetatable(self) ~= Future then slip(("future:%s must be called with a colon, on a future"):format(name)) end
end

-- What a task has only at times. As fields of the class they are found, so that only a name that no future has is
-- looked at below.
for _, field in ipairs { "thread", "parent", "children", "logger", "request", "admission", "began", "returned", "ended",
    "ok", "results", "waiters", "watchers", "callbacks", "is_claimed", "unclaimed", "unasked", "undo", "what", "woken",
    "raised", "pending", "delivered", "call", "state", "channel", "direct", "failure", "id" } do
  Future[field] = false
end
Future.child_count = 0
Future.n = 2 -- of one that has its results in itself

-- A misspelled method would be "a nil value" otherwise, and so would a member of the response that was not awaited:
-- AWS's names begin with a capital. Other fields of a future that are not there stay nil.
local METHODS = { "await", "ready", "on_done", "cancel" }
setmetatable(Future, { __index = function(_, name)
  if type(name) == "string" and name:find "^[A-Z]" then
    slip(("a future has no %s; for the response call future:await()"):format(quote.value(name)))
  end
  local near = nearest.of(name, METHODS)
  if near then slip(("a future has no method %s, did you mean %s?"):format(quote.value(name), near)) end
end })

function Future:_cancel_forked()
  self:_cancel(cancelled.new("Forked", "the process is a fork of the one that started this, which goes on there"))
end

function Future:__tostring()
  return Future.__name .. (self.ended and (self.ok and " (done)" or " (failed)") or " (under way)")
end

return Future
