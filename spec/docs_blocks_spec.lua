-- Every code block of these pages runs as it stands, and prints what it says behind "-->".

local files = require "spec.support.files"
local profile_file = require "rekognition.config.profile_file"

local root = os.getenv "REK_ROOT" or "."
local PAGES = { "configuration", "credentials", "endpoints" }

-- The files that the pages' examples speak of.
local CONFIG = [[
[default]
region = us-east-1

[profile work]
region = eu-west-1
role_arn = arn:aws:iam::123456789012:role/work
role_session_name = copier
source_profile = default

[services here]
sts =
  endpoint_url = http://127.0.0.1:4566

[sso-session corp]
sso_region = us-east-1
]]

-- The blocks of a page in a language.
local function blocks(page, language)
  local text = assert(files.read(("%s/docs/%s.md"):format(root, page)))
  local list, from = {}, 1
  while true do
    local _, start = text:find("\n```" .. language .. "\n", from, true)
    if not start then return list end
    local stop = assert(text:find("\n```\n", start, true))
    list[#list + 1], from = text:sub(start + 1, stop), stop
  end
end

-- What a block says that it prints.
local function expected(block)
  local lines = {}
  for line in block:gmatch("[^\n]+") do lines[#lines + 1] = line:match("%-%-> ?(.*)$") end
  return #lines > 0 and table.concat(lines, "\n") .. "\n" or ""
end

describe("the code blocks of docs", function()
  for _, page in ipairs(PAGES) do
    for number, block in ipairs(blocks(page, "lua")) do
      it(("%s.md, Lua block %d, runs and prints what it says"):format(page, number), function()
        files.with_folder(function(folder)
          files.run("mkdir " .. folder .. "/.aws")
          files.write(folder .. "/.aws/config", CONFIG)
          files.write(folder .. "/block.lua", block)
          local ok, output = files.run(("env -i PATH=\"$PATH\" HOME=%s LUA=\"$LUA\" BUILD=\"${BUILD:-}\" %s/script/lua %s/block.lua"):format(
            folder, root, folder))
          assert(ok, output)
          assert.equal(expected(block), output)
        end)
      end)
    end

    for number, block in ipairs(blocks(page, "ini")) do
      it(("%s.md, profile file %d, is read without a complaint"):format(page, number), function()
        local problems = {}
        profile_file.parse(block, { kind = "config", path = page, on_problem = function(problem)
          problems[#problems + 1] = problem
        end })
        assert.same({}, problems)
      end)
    end
  end

  it("are found", function()
    assert.is_true(#blocks("configuration", "lua") >= 2 and #blocks("configuration", "ini") >= 2)
  end)
end)

describe("the codes of config errors", function()
  it("are those that docs/configuration.md and docs/endpoints.md list", function()
    local text = files.read(root .. "/docs/configuration.md") .. files.read(root .. "/docs/endpoints.md")
    local _, output = files.run(("cat %s/lua/rekognition/config/*.lua %s/lua/rekognition/endpoint/*.lua %s/lua/rekognition/http/*.lua"):format(
      root, root, root))
    local count = 0
    local function check(code)
      count = count + 1
      assert.truthy(text:find("`" .. code .. "`", 1, true), code .. " is not documented")
    end
    for code in output:gmatch('fail%("([A-Za-z]+)"') do check(code) end
    for code in output:gmatch('code = "([A-Za-z]+)"') do check(code) end
    assert.is_true(count >= 10)
  end)
end)
