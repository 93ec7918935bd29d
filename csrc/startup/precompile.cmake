# The compiled forms of the Lua files, for precompiled.c, by the interpreter that is to run them: LUA,
# or the one on the path. Where there is none, nothing is compiled beforehand.
find_program(LUA NAMES lua5.4 lua-5.4 lua54 lua)
set(lua_release "")
if(LUA)
  execute_process(COMMAND "${LUA}" -v OUTPUT_VARIABLE lua_release ERROR_QUIET)
  string(REGEX MATCH "^Lua 5\\.[4-9]\\.[0-9]+" lua_release "${lua_release}")
endif()

set(precompiled_source "${CMAKE_CURRENT_BINARY_DIR}/precompiled_chunks.c")
if(lua_release)
  file(GLOB_RECURSE precompiled_files CONFIGURE_DEPENDS "lua/rekognition/*.lua")
  list(FILTER precompiled_files EXCLUDE REGEX "/(emulator/.*|generated/(model|types)\\.lua)$")
  add_custom_command(OUTPUT "${precompiled_source}"
    COMMAND "${LUA}" "${source_dir}/startup/precompile.lua" "${lua_release}" "${precompiled_source}"
      "${CMAKE_CURRENT_SOURCE_DIR}/lua" ${precompiled_files}
    DEPENDS "${source_dir}/startup/precompile.lua" ${precompiled_files} VERBATIM)
else()
  message(STATUS "The Lua files are not compiled beforehand: no interpreter of Lua 5.4 was found")
  file(WRITE "${precompiled_source}" "#include \"startup/precompiled.h\"\n"
    "const struct lrek_chunk lrek_chunks[] = {{0}};\nconst char lrek_chunks_release[] = \"\";\n")
endif()
