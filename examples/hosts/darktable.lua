--- darktable: each image that is exported is tagged with its labels. In darktable's luarc:
--
--   dofile "/path/to/darktable.lua"
--
--   $ darktable-cli --core --luacmd 'dofile "darktable.lua"' in.jpg out.jpg
--   out.jpg: Cat 99.5, Animal 99.5
--
-- The exported file is what is sent: smaller than a raw one, and in a format that Rekognition reads (JPEG, PNG).

local darktable = require "darktable"
local rekognition = require "rekognition"

local client = rekognition.guard(rekognition.client) { connect_timeout = 3, timeout = 20 }

local function label(image, filename)
  local file <close> = assert(io.open(filename, "rb"))
  local result = client:detect_labels { Image = { Bytes = file:read "a" }, MaxLabels = 10, MinConfidence = 80 }
  local names = {}
  for _, found in ipairs(result.Labels) do
    darktable.tags.attach(darktable.tags.create("rekognition|" .. found.Name), image)
    names[#names + 1] = ("%s %.1f"):format(found.Name, found.Confidence)
  end
  return table.concat(names, ", ")
end

darktable.register_event("rekognition", "intermediate-export-image", function(_, image, filename)
  -- An error in a handler would be lost, and the export goes on.
  local ok, result = pcall(label, image, filename)
  print(("%s: %s"):format(filename:match "[^/]+$", tostring(result)))
  if not ok then darktable.print_error(tostring(result)) end
end)
