std = "lua54"
max_line_length = 120
files["lua/rekognition/types.lua"] = { max_comment_line_length = false }
exclude_files = { "build*/**", "lua/rekognition/generated/types.lua", ".interop/**" }
files["spec/**/*_spec.lua"] = { std = "+busted" }
files["spec"] = { max_line_length = false } -- tables of cases, a case a line
