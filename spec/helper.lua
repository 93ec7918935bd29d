-- Runs before the specs: puts the checkout's sources and its build in front of everything, and the
-- watch for secrets in place; then the locales of the run, if it has any.
local root = os.getenv("REK_ROOT") or "."
local build = os.getenv("BUILD") or root .. "/build"
package.path = table.concat({ root .. "/lua/?.lua", root .. "/lua/?/init.lua", root .. "/?.lua", package.path }, ";")
package.cpath = build .. "/lib/?.so;" .. package.cpath
require("spec.support.secrets").watch()
require "rekognition"
require "rekognition.async" -- one engine for all files: busted forgets the modules that a file has loaded
require "cjson"
require("spec.support.locales").use_those_of_the_run()
