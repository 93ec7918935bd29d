--- The Amazon Rekognition SDK for Lua. Lua compiles this file at each start: the rest is in module.lua, of which the
--- build has the compiled form.

local _, path = ...
local require = require("rekognition.core").bind(path, require) -- from here on: the library's own files
---@type rekognition.Module
local module = require "rekognition.module"
return module
