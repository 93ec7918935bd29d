# The Lua to build for: LUA (an interpreter) and LUA_INCDIR (the folder of lua.h) where they are given, else the
# interpreter on the path and the header of its version. Sets lua_version ("5.4" or "5.5"), lua_release ("Lua 5.4.7",
# empty without an interpreter), lua_include_dir, and lua_library_names.

find_program(LUA NAMES lua5.4 lua5.5 lua-5.4 lua-5.5 lua54 lua55 lua)
set(lua_release "")
if(LUA)
  execute_process(COMMAND "${LUA}" -v OUTPUT_VARIABLE lua_release ERROR_QUIET)
  string(REGEX MATCH "^Lua 5\\.[45]\\.[0-9]+" lua_release "${lua_release}")
  string(REGEX MATCH "5\\.[45]" lua_version "${lua_release}")
endif()

if(NOT "${found_for_lua}" STREQUAL "${lua_version}") # a build folder that was another version's
  unset(lua_include_dir CACHE)
  unset(lua_library CACHE)
endif()
set(found_for_lua "${lua_version}" CACHE INTERNAL "The version whose header and library are in this cache")

set(lua_suffixes)
foreach(version ${lua_version} 5.4 5.5)
  string(REPLACE "." "" digits "${version}")
  list(APPEND lua_suffixes lua${version} lua-${version} lua${digits})
endforeach()
set(lua_library_names ${lua_suffixes} lua)
if(LUA_INCDIR)
  set(lua_include_dir "${LUA_INCDIR}")
else()
  find_path(lua_include_dir lua.h PATH_SUFFIXES ${lua_suffixes} lua REQUIRED)
endif()

# 5.4 writes the number itself, 5.5 the same; the header counts, since it is what is compiled.
file(STRINGS "${lua_include_dir}/lua.h" lua_minor REGEX "^#define +LUA_VERSION_MINOR(_N)?[ \t]+\"?[0-9]+")
string(REGEX MATCH "_MINOR(_N)?[ \t]+\"?([0-9]+)" _ "${lua_minor}")
set(lua_header_version "5.${CMAKE_MATCH_2}")
if(lua_version AND NOT lua_version STREQUAL lua_header_version)
  message(FATAL_ERROR "${LUA} is Lua ${lua_version}, but ${lua_include_dir}/lua.h is of Lua ${lua_header_version}: "
                      "install the header of ${lua_version}, or set LUA and LUA_INCDIR")
endif()
set(lua_version "${lua_header_version}")
if(NOT lua_version MATCHES "^5\\.[45]$")
  message(FATAL_ERROR "Lua must be 5.4 or 5.5, got ${lua_version} in ${lua_include_dir}/lua.h")
endif()
