--- Processes to be measured, in two forms: one that lives through all rounds, and one that is started for each.
--
-- Both have turn(count), which returns CPU and elapsed microseconds for each of `count` things done, peak(), the most
-- memory that it ever had in MiB (nil where that is not known), and stop().

local M = {}

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

--- A command line from its words.
function M.shell(...)
  local words = {}
  for i, word in ipairs { ... } do words[i] = quote(word) end
  return table.concat(words, " ")
end

local Living = {}
Living.__index = Living

local count = 0

--- Starts a command that reads counts, a line each, and answers each with a line of two figures.
---@param command string  a command line
---@param folder string   for its pipe
function M.living(command, folder)
  count = count + 1
  local pipe = ("%s/pipe%d"):format(folder, count)
  assert(os.execute(M.shell("mkfifo", pipe)))
  local input = assert(io.popen(("echo $$ >%s; exec %s >%s"):format(quote(pipe .. ".pid"), command, quote(pipe)), "w"))
  return setmetatable({ input = input, output = assert(io.open(pipe)), pid_file = pipe .. ".pid" }, Living)
end

function Living:turn(times)
  self.input:write(("%d\n"):format(times))
  self.input:flush()
  local cpu, elapsed = self.output:read("n", "n")
  return assert(cpu, "a contestant gave up; its message is above"), elapsed
end

function Living:peak()
  local file <close> = assert(io.open(self.pid_file))
  local status <close> = assert(io.open(("/proc/%d/status"):format(file:read "n")))
  return tonumber(status:read("a"):match "VmHWM:%s*(%d+)") / 1024
end

function Living:stop()
  self.input:close()
  self.output:close()
end

local Starting = {}
Starting.__index = Starting

--- A command that is run for each turn and prints two figures.
---@param command string  a command line
function M.starting(command)
  return setmetatable({ command = command }, Starting)
end

function Starting:turn()
  local output <close> = assert(io.popen(self.command))
  local cpu, elapsed = output:read("n", "n")
  return assert(cpu, "a contestant gave up; its message is above"), elapsed
end

function Starting.peak() end
function Starting.stop() end

return M
