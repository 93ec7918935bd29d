--- The text of the state file.
--
-- What a resource or an object looks like in the file is kept until it changes. So a change costs the JSON of what it
-- changed, and not that of everything that there is.

local cjson = require("cjson").new()

cjson.encode_number_precision(14) -- the most that cjson offers: milliseconds since 1970 have 13 digits

local M = {}

M.FORMAT = 1

---@class rekognition.emulator.StateText
---@field kept table<table, string>  the JSON of resources and objects
local StateText = {}
StateText.__index = StateText

---@return rekognition.emulator.StateText
function M.new()
  return setmetatable({ kept = setmetatable({}, { __mode = "k" }) }, StateText)
end

--- Forgets how a resource looks, since it was changed.
---@param resource table
function StateText:forget(resource) self.kept[resource] = nil end

function StateText:text(item)
  local text = self.kept[item]
  if not text then
    text = cjson.encode(item)
    self.kept[item] = text
  end
  return text
end

-- A bucket's own members, without its objects.
local function head_of(bucket)
  local head = {}
  for name, value in pairs(bucket) do head[name] = name ~= "objects" and value or nil end
  return cjson.encode(head):sub(1, -2)
end

-- The last piece of a list ends in a comma, which no JSON has.
local function end_list(pieces, ending)
  local last = pieces[#pieces]
  if last:sub(-1) == "," then pieces[#pieces] = last:sub(1, -2) end
  pieces[#pieces + 1] = ending
end

function StateText:bucket(pieces, name, bucket)
  pieces[#pieces + 1] = ('%s:%s,"objects":{'):format(cjson.encode(name), head_of(bucket))
  for key, object in pairs(bucket.objects) do
    pieces[#pieces + 1] = cjson.encode(key) .. ":"
    pieces[#pieces + 1] = self:text(object)
    pieces[#pieces + 1] = ","
  end
  end_list(pieces, "}}")
  pieces[#pieces + 1] = ","
end

-- The resources of a kind. A group's are in the order of their numbers, in which they are quickest to add again.
function StateText:resources(pieces, kind, groups)
  pieces[#pieces + 1] = (',"%s":['):format(kind)
  for name, group in pairs(groups) do
    for _, resource in ipairs(name:sub(1, #kind) == kind and group.list or {}) do
      pieces[#pieces + 1] = self:text(resource)
      pieces[#pieces + 1] = ","
    end
  end
  end_list(pieces, "]")
end

--- The text of everything that a store holds, in pieces.
---@param store rekognition.emulator.Store
---@return string[]
function StateText:write(store)
  local pieces = { ('{"format":%d,"last_number":%d'):format(M.FORMAT, store.last_number) }
  for _, kind in ipairs { "projects", "versions", "datasets" } do self:resources(pieces, kind, store.groups) end
  if next(store.buckets) then
    pieces[#pieces + 1] = ',"buckets":{'
    for name, bucket in pairs(store.buckets) do self:bucket(pieces, name, bucket) end
    end_list(pieces, "}")
  end
  pieces[#pieces + 1] = "}\n"
  return pieces
end

return M
