-- A signal at every moment of a command: the exit status says it, what the command ran has ended, the model is stopped,
-- or, where two signals ended the stop, left running, said so, and in the journal.

local cli = require "spec.support.cli"
local emulator = require "spec.support.emulator"
local files = require "spec.support.files"

local running, folder, prefix

setup(function()
  running = emulator.start { "--train-seconds", "0", "--start-seconds", "0.03", "--stop-seconds", "0.03", "--copy-seconds", "0.02",
    "--delete-seconds", "0" }
  folder = select(2, files.run "mktemp -d"):match("^[^\n]+")
  prefix = "env " .. cli.assignments(cli.env(running, folder)) .. " script/lua spec/support/moments.lua "
  local client <close> = emulator.client(running)
  local project = client:create_project({ ProjectName = "birds" }).ProjectArn
  emulator.train(client, project, "v1")
end)
teardown(function()
  running.stop()
  files.run("rm -rf " .. folder)
end)

-- By default a choice of moments, among them those that were wrong once; REK_FULL=1 does them all, in ten minutes.
local FULL = os.getenv "REK_FULL" == "1"
local CASES = {
  -- what, how many moments at least, by default, in full
  { "between any two instructions of run", 8, { "short steps 1000 60000 3001" }, { "short steps 500 60000 101" } },
  { "at any call of run", 7, { "long points 8 48 8", "long points 50 50 1" }, { "long points 1 60 1", "short points 1 200 1" } },
  { "at any call of run, at a limit", 9, { "limit points 3 57 6" }, { "limit points 1 90 1" } },
  { "and then one more at any call of run", 8, { "long points 44 48 4 1", "short points 2 200 11 2" },
    { "long points 20 60 1 1", "short points 1 200 1 1", "short points 1 200 1 2", "short points 1 200 1 4", "short points 1 200 1 9" } },
  { "at any call of start", 4, { "start points 1 200 11 2" }, { "start points 1 200 1", "start points 1 200 1 1", "start points 1 200 1 3" } },
  { "at any call of stop --mine", 3, { "stop points 1 200 11" }, { "stop points 1 200 1", "stop points 1 200 1 2" } },
  { "at any call of copy, which the same command goes on with", 4, { "copy points 2 200 9" }, { "copy points 1 200 1", "copy points 1 200 1 2" } },
}

describe("a signal", function()
  for _, case in ipairs(CASES) do
    it(case[1], function()
      local moments = 0
      for _, words in ipairs(FULL and case[4] or case[3]) do
        local _, output = files.run(prefix .. words .. " </dev/null 2>&1")
        local count, faults = output:match "(%d+) moments, (%d+) faults, %d+ left\n$"
        assert.equal("0", faults, output)
        moments = moments + tonumber(count)
      end
      assert.is_true(moments >= case[2], moments .. " moments")
    end)
  end
end)
