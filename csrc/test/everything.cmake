# The binding on the service of test/everything, in the place of Rekognition's: a module for the
# specs (everything.so in the build folder), and a program that has a Lua of its own.
find_library(lua_library NAMES ${lua_library_names} REQUIRED)

add_library(everything MODULE $<TARGET_OBJECTS:rekognition_binding>
  "${source_dir}/test/everything/service.c")
set_target_properties(everything PROPERTIES PREFIX "" SUFFIX ".so"
  LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
if(APPLE)
  target_link_options(everything PRIVATE -undefined dynamic_lookup)
else()
  target_link_options(everything PRIVATE -Wl,-z,nodelete)
endif()

add_executable(test_binding_oom "${source_dir}/test/everything/test_binding_oom.c"
  $<TARGET_OBJECTS:rekognition_binding> "${source_dir}/test/everything/service.c")
target_link_libraries(test_binding_oom PRIVATE "${lua_library}" m)
add_test(NAME test_binding_oom COMMAND test_binding_oom)

foreach(target everything test_binding_oom)
  target_include_directories(${target} PRIVATE "${lua_include_dir}")
  target_compile_definitions(${target} PRIVATE _POSIX_C_SOURCE=200809L)
  target_link_libraries(${target} PRIVATE rekognition_core)
endforeach()

if(REK_SANITIZE)
  add_executable(interpreter "${source_dir}/test/interpreter.c")
  set_target_properties(interpreter PROPERTIES ENABLE_EXPORTS ON)
  target_include_directories(interpreter PRIVATE "${lua_include_dir}")
  target_link_libraries(interpreter PRIVATE "${lua_library}" m ${CMAKE_DL_LIBS})
endif()
