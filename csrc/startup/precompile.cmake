# The compiled forms of the Lua files, for precompiled.c, by the interpreter that will run them
# (find_lua.cmake). Where there is none, nothing is compiled beforehand.
set(precompiled_source "${CMAKE_CURRENT_BINARY_DIR}/precompiled_chunks.c")
if(lua_release)
  file(GLOB_RECURSE precompiled_files CONFIGURE_DEPENDS "lua/rekognition/*.lua")
  list(FILTER precompiled_files EXCLUDE REGEX "/(emulator/.*|generated/(model|types)\\.lua)$")
  add_custom_command(OUTPUT "${precompiled_source}"
    COMMAND "${LUA}" "${source_dir}/startup/precompile.lua" "${lua_release}" "${precompiled_source}"
      "${CMAKE_CURRENT_SOURCE_DIR}/lua" ${precompiled_files}
    DEPENDS "${source_dir}/startup/precompile.lua" ${precompiled_files} VERBATIM)
else()
  message(STATUS "The Lua files are not compiled beforehand: no interpreter of Lua ${lua_version} was found")
  file(WRITE "${precompiled_source}" "#include \"startup/precompiled.h\"\n"
    "const struct lrek_chunk lrek_chunks[] = {{0}};\nconst char lrek_chunks_release[] = \"\";\n")
endif()
