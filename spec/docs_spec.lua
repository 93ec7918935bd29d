-- Every block of Lua in README and docs/ is run, and every list there is compared with the code.

local ascii = require "rekognition.text.ascii"
local files = require "spec.support.files"
local rekognition = require "rekognition"

local function pages()
  local _, list = files.run "ls README.md docs/*.md"
  local paths = {}
  for path in list:gmatch "[^\n]+" do paths[#paths + 1] = path end
  return paths
end

-- The blocks of a page: { line =, text = }.
local function blocks(path)
  local found, block, number = {}, nil, 0
  for line in (files.read(path) .. "\n"):gmatch "(.-)\n" do
    number = number + 1
    if block and line:find "^```%s*$" then
      found[#found + 1], block = { line = block.line, text = table.concat(block.lines, "\n") }, nil
    elseif block then
      block.lines[#block.lines + 1] = line
    elseif line == "```lua" then
      block = { line = number + 1, lines = {} }
    end
  end
  return found
end

describe("each block of Lua in", function()
  for _, path in ipairs(pages()) do
    it(path .. " compiles", function()
      for _, block in ipairs(blocks(path)) do
        local chunk, why = load(block.text, ("@%s:%d"):format(path, block.line), "t")
        if not chunk then chunk = load("return " .. block.text, "@" .. path, "t") end
        assert(chunk, ("%s, line %d: %s"):format(path, block.line, tostring(why)))
      end
    end)
  end
end)

-- What the blocks of a page may use: a client, two accounts' projects, and a model, on the emulator in this process.
local world = require "spec.support.docs_world"

describe("each block of Lua runs in", function()
  for _, path in ipairs(world.pages) do
    it(path, function()
      for _, block in ipairs(blocks(path)) do
        local env, finish = world.new()
        local chunk = assert(load(block.text, ("@%s:%d"):format(path, block.line), "t", env))
        local ok, why = xpcall(chunk, debug.traceback)
        finish()
        assert(ok, ("%s, line %d: %s"):format(path, block.line, tostring(why)))
      end
    end)
  end
end)

local function codes_of(pattern)
  local found = {}
  local _, list = files.run [[grep -rhoE "(code = |fail\(|refuse\(|slip\()\"[A-Z][A-Za-z]+\"" lua/rekognition/*.lua \
    lua/rekognition/call lua/rekognition/config lua/rekognition/credentials lua/rekognition/http \
    lua/rekognition/retry lua/rekognition/services lua/rekognition/waiter]]
  for code in list:gmatch(pattern) do found[code] = true end
  return found
end

describe("docs/errors.md", function()
  local text = files.read "docs/errors.md"

  it("lists every code that the client raises", function()
    for code in pairs(codes_of '"([A-Z][A-Za-z]+)"') do
      -- Codes of the services, which this code looks for and never raises itself.
      if not ({ RequestTimeTooSkewed = 1, HTTP = 1 })[code] then
        assert(text:find("`" .. code .. "`", 1, true), code .. " is not in docs/errors.md")
      end
    end
  end)

  it("lists every log event", function()
    local _, list = files.run [[grep -rhoE "logger\([^,]*, \"[a-z_.]+\"" lua/rekognition --include=*.lua]]
    local count = 0
    for event in list:gmatch ', "([a-z_.]+)"' do
      count = count + 1
      assert(text:find("`" .. event .. "`", 1, true), event .. " is not in docs/errors.md")
    end
    assert(count > 10)
  end)

  it("lists every kind", function()
    for kind in files.read("lua/rekognition/error.lua"):match "@field kind ([^\n]+)":gmatch '"([a-z]+)"' do
      assert(text:find("\n| `" .. kind .. "` |", 1, true), kind)
    end
  end)
end)

local function options_of(message)
  local names = {}
  for name in message:match "the options are: ([^;]*)":gmatch "[a-z0-9_]+" do names[#names + 1] = name end
  return names
end

local function sorted(names)
  table.sort(names, ascii.less)
  return names
end

-- The names in the first column of the first table from a line on: a heading, or the head of the table.
local function table_of(text, heading)
  local from = assert(text:find("\n" .. heading .. "\n", 1, true))
  local _, head = text:find("\n| %-%-%-[^\n]*\n", from)
  local names = {}
  for line in text:sub(head + 1):gmatch "([^\n]*)\n" do
    if line:sub(1, 1) ~= "|" then return sorted(names) end
    for name in line:match "^| ([^|]*) |":gmatch "`([a-z_]+)`" do names[#names + 1] = name end
  end
end

describe("the tables of the workflows' options", function()
  local labels = rekognition.custom_labels
  local client = rekognition.client { region = "us-east-1", env = {}, credentials = function() end }
  local arn = "arn:aws:rekognition:us-east-1:111122223333:project/p/version/v/1"
  local cases = {
    { "custom-labels", "## copy_model: arguments", labels.copy_model, {} },
    { "custom-labels", "| argument of `copy_models` | what it is | default |", labels.copy_models, { plan = {} } },
    { "running-models", "## Options", labels.run_model, { client = client, version = arn } },
    { "running-models", "## What runs, and what it costs", labels.inventory, { client } },
  }
  for _, case in ipairs(cases) do
    it(("docs/%s.md, %s: as the code has them"):format(case[1], case[2]), function()
      case[4]["?"] = 1
      local _, e = pcall(case[3], case[4], function() end)
      assert.same(sorted(options_of(e.message)), table_of(files.read(("docs/%s.md"):format(case[1])), case[2]))
    end)
  end
end)

describe("docs/client.md", function()
  local text = files.read "docs/client.md"

  it("names every option of a client, or the page that does", function()
    local _, e = pcall(rekognition.client, { ["?"] = 1 })
    local settings = files.read "docs/configuration.md"
    for _, name in ipairs(options_of(e.message)) do
      assert(text:find("`" .. name .. "`", 1, true) or settings:find("`" .. name .. "`", 1, true), name)
    end
  end)

  it("names every option of a call", function()
    local client = rekognition.client { region = "us-east-1", env = {}, credentials = function() end }
    local _, e = pcall(client.describe_projects, client, {}, { ["?"] = 1 })
    local part = text:match "## Options of one call(.-)\n## "
    for _, name in ipairs(options_of(e.message)) do assert(part:find("`" .. name .. "`", 1, true), name) end
  end)

  it("has as options of a call and of a wait what the code takes, and nothing else", function()
    local client = rekognition.client { region = "us-east-1", env = {}, credentials = function() end }
    local _, e = pcall(client.describe_projects, client, {}, { ["?"] = 1 })
    assert.same(sorted(options_of(e.message)), table_of(text, "## Options of one call"))
    _, e = pcall(client.wait, client, "project_created", { ProjectArn = "a" }, { ["?"] = 1 })
    assert.same(sorted(options_of(e.message)), table_of(text, "## Waiters"))
  end)

  it("says how many operations there are", function()
    assert.equal(75, #require("rekognition.core").service:operations())
    assert(text:find("75 operations", 1, true))
  end)
end)
