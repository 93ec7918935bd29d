# The emulator: its HTTP server, a small binding of libmicrohttpd, and its command. Built where
# libmicrohttpd is found (REK_EMULATOR=AUTO), always (ON) or never (OFF).

# 0.9.73 is the first with MHD_run_wait, the newest thing that httpd.c needs.
if(NOT REK_EMULATOR STREQUAL "OFF")
  find_path(microhttpd_include_dir microhttpd.h)
  find_library(microhttpd_library microhttpd)
  set(microhttpd_version "0")
  if(microhttpd_include_dir)
    file(STRINGS "${microhttpd_include_dir}/microhttpd.h" microhttpd_version_line
      REGEX "^#define MHD_VERSION 0x[0-9A-Fa-f]+")
    string(REGEX REPLACE ".*(0x[0-9A-Fa-f]+).*" "\\1" microhttpd_version
      "${microhttpd_version_line}")
    math(EXPR microhttpd_version "${microhttpd_version}")
  endif()
  math(EXPR microhttpd_needed "0x00097300")
endif()

if(REK_EMULATOR STREQUAL "OFF")
  set(build_emulator OFF)
elseif(microhttpd_library AND NOT microhttpd_version LESS microhttpd_needed)
  set(build_emulator ON)
elseif(REK_EMULATOR STREQUAL "ON")
  message(FATAL_ERROR "REK_EMULATOR=ON needs libmicrohttpd 0.9.73 or newer, with its header "
                      "(Debian: libmicrohttpd-dev)")
else()
  set(build_emulator OFF)
  message(STATUS "The emulator is left out: no libmicrohttpd 0.9.73 or newer was found")
endif()

if(build_emulator)
  file(GLOB emulator_sources CONFIGURE_DEPENDS "${source_dir}/emulator/*.c")
  add_library(emulator_httpd MODULE ${emulator_sources})
  target_include_directories(emulator_httpd PRIVATE "${source_dir}" "${lua_include_dir}"
    "${microhttpd_include_dir}")
  target_compile_definitions(emulator_httpd PRIVATE _POSIX_C_SOURCE=200809L)
  target_link_libraries(emulator_httpd PRIVATE "${microhttpd_library}")
  target_link_options(emulator_httpd PRIVATE ${module_link_options})
  if(APPLE)
    target_link_options(emulator_httpd PRIVATE -undefined dynamic_lookup)
  endif()
  set_target_properties(emulator_httpd PROPERTIES PREFIX "" SUFFIX ".so" OUTPUT_NAME httpd
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib/rekognition/emulator")
  install(TARGETS emulator_httpd LIBRARY DESTINATION "${LIBDIR}/rekognition/emulator")
  install(PROGRAMS bin/rekognition-emulator DESTINATION "${BINDIR}")
endif()
