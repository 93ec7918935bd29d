rockspec_format = "3.0"
package = "rekognition"
version = "scm-1"
source = {
  url = "git+https://example.invalid/rekognition-lua.git",
}
description = {
  summary = "Amazon Rekognition for Lua: every operation, and the Custom Labels workflows",
  detailed = [[
A client for the whole Amazon Rekognition service. A thin C core signs and sends; requests are checked
and encoded by the service's model; errors are raised as values with AWS's codes. Comes with an emulator
of Custom Labels for tests.]],
  license = "MIT",
  labels = { "aws", "rekognition", "vision", "http" },
}
dependencies = {
  "lua >= 5.4",
  "lua-cjson",
  "luaexpat",
}
build = {
  type = "cmake",
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
