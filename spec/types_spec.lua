-- lua/rekognition/types.lua, which editors read: its lists are those of the code. What a language server makes of it is
-- in spec/interop/editor.py.

local files = require "spec.support.files"
local goals = require "rekognition.waiter.goals"
local options = require "rekognition.options"

local text = assert(files.read "lua/rekognition/types.lua")

local function sorted(list)
  table.sort(list)
  return list
end

-- The fields of a class.
local function fields(class)
  local list = {}
  local body = assert((text .. "\n"):match("\n%-%-%-@class " .. class:gsub("%.", "%%.") .. "\n(.-)\n\n"), class)
  for name in body:gmatch "%-%-%-@field ([a-z0-9_]+)" do list[#list + 1] = name end
  return sorted(list)
end

-- What a check says that the options are.
local function known(check, ...)
  local ok, e = pcall(check, { no_such_option = 1 }, ...)
  assert.is_false(ok)
  local list = {}
  for name in e.message:match "the options are: (.*)":gmatch "[a-z0-9_]+" do list[#list + 1] = name end
  return sorted(list)
end

describe("the annotations name", function()
  for class, check in pairs {
    ["rekognition.ClientOptions"] = options.check_client, ["rekognition.CallOptions"] = options.check_call,
    ["rekognition.WaitOptions"] = options.check_wait, ["rekognition.PresignOptions"] = options.check_presign,
  } do
    it("each of " .. class, function() assert.same(known(check), fields(class)) end)
  end

  it("each waiter", function()
    local named = {}
    for name in text:gmatch '%-%-%-| "([a-z_]+)"' do named[#named + 1] = name end
    local all = goals.names()
    assert.same(sorted { table.unpack(all) }, sorted(named))
  end)
end)

describe("the annotations", function()
  it("are Lua, which nobody loads", function()
    assert(load(text, "types.lua", "t", {}))
    assert.matches("^%-%-%-@meta\n", text)
  end)
end)
