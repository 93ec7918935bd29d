-- examples/hosts/darktable.lua, in darktable's command for exporting.

local files = require "spec.support.files"
local hosts = require "spec.support.hosts"

local darktable, missing = hosts.find "darktable-cli"

-- A picture of 8 by 8 in a plain format.
local function picture(value)
  local rows = {}
  for i = 1, 64 do rows[i] = string.char(value, i * 3, 255 - i) end
  return "P6\n8 8\n255\n" .. table.concat(rows)
end

describe("in darktable", function()
  if not darktable then return pending(missing) end

  it("an exported image is sent, and its labels are printed", function()
    hosts.with_rekognition(function(folder, url)
      files.write(folder .. "/in.ppm", picture(200))
      local ok, output = files.run(hosts.environment(url, { HOME = folder }) .. darktable .. (
        " %s/in.ppm %s/out.jpg --core --library :memory: --configdir %s/c --cachedir %s/k --disable-opencl --luacmd %s"
      ):format(folder, folder, folder, folder, files.quoted(("dofile %q"):format(hosts.example "darktable"))))
      assert.is_true(ok, output)
      local sent = files.read(folder .. "/out.jpg")
      assert.is_truthy(output:find(("out.jpg: Picture 99.5, %d bytes 75.0"):format(#sent), 1, true), output)
    end)
  end)
end)
