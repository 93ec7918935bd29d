# The binding with a second service, the made-up one of test/everything: a module for the specs
# (everything.so in the build folder), and a program that has a Lua of its own.
find_library(lua_library NAMES ${lua_library_names} REQUIRED)

set(everything_sources $<TARGET_OBJECTS:rekognition_binding>
  "${source_dir}/test/everything/module.c" "${source_dir}/test/everything/service.c")
add_library(everything MODULE ${everything_sources})
set_target_properties(everything PROPERTIES PREFIX "" SUFFIX ".so"
  LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
if(APPLE)
  target_link_options(everything PRIVATE -undefined dynamic_lookup)
else()
  target_link_options(everything PRIVATE -Wl,-z,nodelete)
endif()

add_executable(test_binding_oom "${source_dir}/test/everything/test_binding_oom.c"
  ${everything_sources})
target_link_libraries(test_binding_oom PRIVATE "${lua_library}" m)
add_test(NAME test_binding_oom COMMAND test_binding_oom)

add_executable(test_threads "${source_dir}/test/everything/test_threads.c" ${everything_sources})
target_link_libraries(test_threads PRIVATE "${lua_library}" m)
add_test(NAME test_threads COMMAND test_threads)

set(everything_targets everything test_binding_oom test_threads)
include(CheckSymbolExists)
check_symbol_exists(__GLIBC__ "features.h" has_glibc)
if(has_glibc AND NOT REK_SANITIZE STREQUAL "THREAD")
  add_executable(test_call_oom "${source_dir}/test/everything/test_call_oom.c" ${everything_sources})
  target_link_libraries(test_call_oom PRIVATE "${lua_library}" m)
  if(REK_SANITIZE)
    target_link_options(test_call_oom PRIVATE -Wl,--wrap=realloc)
  endif()
  add_test(NAME test_call_oom COMMAND test_call_oom)
  list(APPEND everything_targets test_call_oom)
endif()

foreach(target ${everything_targets})
  target_include_directories(${target} PRIVATE "${lua_include_dir}")
  target_compile_definitions(${target} PRIVATE _POSIX_C_SOURCE=200809L
    REK_LUA_FOLDER="${CMAKE_CURRENT_SOURCE_DIR}/lua")
  target_link_libraries(${target} PRIVATE rekognition_service rekognition_core)
endforeach()
if(TARGET test_call_oom)
  if(REK_SANITIZE)
    target_compile_definitions(test_call_oom PRIVATE REK_OWN_MALLOC=0)
  else() # it takes the place of the C library's
    target_compile_definitions(test_call_oom PRIVATE REK_OWN_MALLOC=1)
  endif()
endif()

if(REK_SANITIZE)
  add_executable(interpreter "${source_dir}/test/interpreter.c")
  set_target_properties(interpreter PROPERTIES ENABLE_EXPORTS ON)
  target_include_directories(interpreter PRIVATE "${lua_include_dir}")
  target_link_libraries(interpreter PRIVATE "${lua_library}" m ${CMAKE_DL_LIBS})
endif()
