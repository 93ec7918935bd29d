# The library's Lua files, for compiled.c: their names, and with REK_STARTUP their compiled forms, by
# the interpreter that will run them (find_lua.cmake). Without it, or where there is no interpreter,
# nothing is compiled beforehand, and the module compiles the files when it is loaded.
set(compiled_source "${CMAKE_CURRENT_BINARY_DIR}/compiled_chunks.c")
file(GLOB_RECURSE compiled_files CONFIGURE_DEPENDS "lua/rekognition/*.lua")
# The rest stands alone: the emulator, the command line, what a host's event loop brings, editors' annotations.
list(FILTER compiled_files EXCLUDE REGEX
  "/(init\\.lua|(emulator|cli|testing)/.*|async/(cqueues|luv|copas|prosody|haproxy)\\.lua|generated/(model|types)\\.lua|rekognition/types\\.lua)$")
file(GLOB_RECURSE compiled_faces CONFIGURE_DEPENDS "lua/rekognition/*/init.lua")
list(FILTER compiled_faces EXCLUDE REGEX "/(emulator|cli|testing)/")
list(APPEND compiled_files ${compiled_faces})

if(REK_STARTUP AND lua_release)
  add_custom_command(OUTPUT "${compiled_source}"
    COMMAND "${LUA}" "${source_dir}/startup/compile.lua" "${lua_release}" "${compiled_source}"
      "${CMAKE_CURRENT_SOURCE_DIR}/lua" ${compiled_files}
    DEPENDS "${source_dir}/startup/compile.lua" "${source_dir}/startup/without_names.lua"
      ${compiled_files} VERBATIM)
else()
  message(STATUS "The Lua files are not compiled beforehand")
  set(rows "")
  foreach(file ${compiled_files})
    file(RELATIVE_PATH path "${CMAKE_CURRENT_SOURCE_DIR}/lua" "${file}")
    string(REGEX REPLACE "(/init)?\\.lua$" "" name "${path}")
    string(REPLACE "/" "." name "${name}")
    list(APPEND rows "{\"${name}\", \"${path}\", 0, 0, 0, 0},")
  endforeach()
  list(SORT rows)
  list(LENGTH rows count)
  string(REPLACE ";" "\n" rows "${rows}")
  file(WRITE "${compiled_source}" "#include \"startup/compiled.h\"\n"
    "const struct rek_chunk rek_chunks[] = {\n${rows}\n};\n"
    "const size_t rek_chunk_count = ${count};\nconst char rek_chunks_release[] = \"\";\n")
endif()
