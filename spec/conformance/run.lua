--- Runs every suite that has a module here over the folders it knows by name.
--
-- A suite is a module `spec/conformance/<name>.lua` that returns
--   matches(folder_name) -> whether the folder is one of its own
--   run(dir, report)        reports each case once: report:pass(name), report:fail(name, why) or
--                           report:skip(name, why), `name` being the case's within the folder

local files = require "spec.conformance.files"

local suite_names = {
  "sigv4",
  "protocol_json",
  "operation_examples",
  "credential_scenarios",
  "endpoint_tests",
  "retry",
  "profile_fuzz_seeds",
}

local Report = {}
Report.__index = Report

function Report:pass()
  self.passed = self.passed + 1
end

function Report:fail(name, why)
  self.failed = self.failed + 1
  print(("FAIL %s/%s: %s"):format(self.folder, name, (tostring(why):gsub("\n", "\n     "))))
end

function Report:skip(name, why)
  self.skipped = self.skipped + 1
  print(("skip %s/%s: %s"):format(self.folder, name, why))
end

local function load_suites()
  local suites = {}
  for _, name in ipairs(suite_names) do
    local module = "spec.conformance." .. name
    if package.searchpath(module, package.path) then suites[#suites + 1] = require(module) end
  end
  return suites
end

local function suite_for(suites, folder)
  for _, suite in ipairs(suites) do
    if suite.matches(folder) then return suite end
  end
end

-- A suite that breaks down is a failure of its own, and the others still run.
local function run_suite(suite, dir, folder, report)
  report.folder = folder
  local before = report.passed + report.failed + report.skipped
  local ok, why = xpcall(suite.run, debug.traceback, dir, report)
  if not ok then
    report:fail("*", "the suite stopped: " .. tostring(why))
  elseif report.passed + report.failed + report.skipped == before then
    report:fail("*", "no case found in " .. dir)
  end
end

local function main(dir)
  local suites = load_suites()
  local report = setmetatable({ passed = 0, failed = 0, skipped = 0 }, Report)
  local own_name = dir:match("[^/]+$") or ""
  local own_suite = suite_for(suites, own_name)
  if own_suite then
    run_suite(own_suite, dir, own_name, report)
  else
    for _, folder in ipairs(files.folders(dir)) do
      local suite = suite_for(suites, folder)
      if suite then
        run_suite(suite, dir .. "/" .. folder, folder, report)
      else
        print(("no suite knows the folder %s; it was left out"):format(folder))
      end
    end
  end
  local skipped = report.skipped > 0 and (", %d skipped"):format(report.skipped) or ""
  print(("%d passed, %d failed%s"):format(report.passed, report.failed, skipped))
  return report.failed == 0
end

os.exit(main(arg[1]), true)
