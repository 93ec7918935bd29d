rockspec_format = "3.0"
package = "rekognition"
version = "scm-1"
source = {
  -- A placeholder: this repository has no public address yet. `luarocks make`, in a clone, doesn't use it.
  url = "git+https://address-of-this-repository.invalid/rekognition.git",
}
description = {
  summary = "Amazon Rekognition for Lua: every operation, and the Custom Labels workflows",
  detailed = [[
A client for the whole Amazon Rekognition service. A thin C core signs and sends; requests are checked
and encoded by the service's model; errors are raised as values with AWS's codes. Comes with an emulator
of Custom Labels for tests.]],
  license = "MIT",
  -- Placeholders too, see source.url.
  homepage = "https://address-of-this-repository.invalid/rekognition",
  issues_url = "https://address-of-this-repository.invalid/rekognition/issues",
  maintainer = "The authors of rekognition for Lua",
  labels = { "aws", "rekognition", "vision", "http" },
}
dependencies = {
  "lua >= 5.4, < 5.6",
  "lua-cjson",
  "argparse", -- for the command `rekognition`
  -- luaexpat, for credentials from STS alone: `luarocks install luaexpat`
}
build = {
  type = "cmake",
  copy_directories = { "docs", "examples" },
  variables = {
    CMAKE_BUILD_TYPE = "Release",
    CMAKE_INSTALL_PREFIX = "$(PREFIX)",
    CMAKE_C_FLAGS = "$(CFLAGS)",
    LUA = "$(LUA)",
    LUA_INCDIR = "$(LUA_INCDIR)",
    LIBFLAG = "$(LIBFLAG)",
    LUADIR = "$(LUADIR)",
    LIBDIR = "$(LIBDIR)",
    BINDIR = "$(BINDIR)",
  },
}
