local cjson = require("cjson").new()
local commands = require "rekognition.cli.commands"
local completion = require "rekognition.cli.completion"
local files = require "spec.support.files"
local man = require "rekognition.cli.man"

describe("what is made from the commands' descriptions", function()
  for _, shell in ipairs { "bash", "zsh", "fish" } do
    it("is up to date: the completion of " .. shell, function()
      assert.equal(completion.script(shell, require("rekognition.cli.parser").new()), files.read("bin/completion/rekognition." .. shell), "run script/generate")
    end)
  end

  it("is up to date: the man page", function()
    assert.equal(man.page(), files.read "docs/rekognition.1", "run script/generate")
  end)

  it("completes commands, options and choices in bash", function()
    local function complete(line)
      local words = {}
      for word in (line .. "|"):gmatch("%S+") do words[#words + 1] = files.quoted((word:gsub("|", ""))) end
      local script = ("source bin/completion/rekognition.bash; COMP_WORDS=(%s); COMP_CWORD=%d; _rekognition; echo ${COMPREPLY[@]}")
        :format(table.concat(words, " "), #words - 1)
      return select(2, files.run("bash -c " .. files.quoted(script)))
    end
    for _, entry in ipairs(commands.list) do
      assert.is_truthy(complete("rekognition " .. entry.name:sub(1, -2)):find(entry.name, 1, true), entry.name)
    end
    assert.equal("start stop\n", complete "rekognition st")
    assert.is_truthy(complete("rekognition models --all"):find("--all-regions", 1, true))
    assert.equal("table json jsonl\n", complete "rekognition models --output |")
    assert.is_truthy(complete("rekognition policy b"):find("build", 1, true))
    assert.equal("DetectLabels\n", complete "rekognition call DetectL")
    assert.equal("CopyProjectVersion\n", complete "rekognition presign Copy")
    assert.equal("trained\n", complete "rekognition wait tr")
    assert.equal("\n", complete "rekognition wait trained tr")
    assert.equal("plan apply check\n", complete "rekognition copy --plan x.json |")
    assert.equal("fish\n", complete "rekognition completion f")
    assert.is_truthy(complete("rekognition wait --ti"):find("--timeout", 1, true))
  end)
end)

describe("the completion in the shells themselves", function()
  local EXPECTED = {
    { "rekognition st", { "start", "stop", "Stop models, and wait until they are stopped" } },
    { "rekognition models --all", { "--all-regions" } },
    { "rekognition models --output ", { "json", "jsonl", "table" } },
    { "rekognition policy b", { "build" } },
    { "rekognition wait tra", { "trained" } },
    { "rekognition call DetectL", { "DetectLabels" } },
  }

  local function is_there(shell) return (files.run("command -v " .. shell)) end

  it("fish", function()
    if not is_there "fish" then return pending "there is no fish here" end
    files.with_folder(function(folder) -- fish makes folders in HOME
      for _, case in ipairs(EXPECTED) do
        local script = ("source bin/completion/rekognition.fish; complete -C %s"):format(files.quoted(case[1]))
        local _, output = files.run(("env -u XDG_CONFIG_HOME -u XDG_DATA_HOME HOME=%s fish --no-config -c %s"):format(folder, files.quoted(script)))
        for _, word in ipairs(case[2]) do assert.is_truthy(output:find(word, 1, true), output) end
      end
    end)
  end)

  it("zsh", function()
    if not is_there "zsh" then return pending "there is no zsh here" end
    files.with_folder(function(folder)
      files.write(folder .. "/_rekognition", files.read "bin/completion/rekognition.zsh")
      local start = ("PS1='RE''ADY> '; fpath=(%s $fpath); autoload -Uz compinit; compinit -u -D\n"):format(folder)
      for _, case in ipairs(EXPECTED) do
        files.write(folder .. "/task", cjson.encode { command = "zsh -f", env = { HOME = folder, TERM = "xterm" }, steps = {
          { "", start }, { "READY> ", case[1] .. "\t\t" }, { (case[2][#case[2]]:gsub("^%-%-all", "")), "\21exit\n" } } })
        local _, output = files.run("python3 spec/servers/terminal.py " .. folder .. "/task")
        local result = cjson.decode(output)
        for _, word in ipairs(case[2]) do assert.is_truthy(result.out:find(word, 1, true), result.out) end
        assert.is_true(result.code >= 0) -- it was not killed for waiting too long
      end
    end)
  end)
end)

describe("the page about the command line", function()
  local page = files.read "docs/command-line.md"

  local function check(name, command)
    local section = page:match("\n##+ `rekognition " .. name:gsub("%-", "%%-") .. "`\n(.-)\n## ") or ""
    if not command.commands then
      for _, option in ipairs(command.options or {}) do
        local is_common = page:match("\n## Options of most commands\n(.-)\n## "):find("`" .. option.name, 1, true)
        assert.is_truthy(is_common or section:find("`" .. option.name, 1, true), name .. " " .. option.name)
      end
    end
    return section
  end

  for _, entry in ipairs(commands.list) do
    it("has a section for " .. entry.name .. ", with its options", function()
      local command = commands.load(entry.name)
      local section = check(entry.name, command)
      assert.is_truthy(section ~= "", entry.name)
      for _, sub in ipairs(command.commands or {}) do
        for _, option in ipairs(sub.options or {}) do
          assert.is_truthy(section:find("`" .. option.name, 1, true) or option.name == "--output", sub.name .. " " .. option.name)
        end
      end
    end)
  end
end)
