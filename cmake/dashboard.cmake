# SPDX-License-Identifier: Apache-2.0
# apiarist_dashboard(TARGET): the dashboard of web/ as a table of files in that library, built by npm once for all presets; an
# empty table where it is not wanted or web/ is not there.
option(APIARIST_DASHBOARD "Build the dashboard into the program (needs Node.js and npm)" ON)

function(apiarist_dashboard target)
  set(web ${PROJECT_SOURCE_DIR}/web)
  if(NOT APIARIST_DASHBOARD OR NOT EXISTS ${web}/package.json)
    set(empty ${CMAKE_CURRENT_BINARY_DIR}/no_dashboard.cc)
    file(CONFIGURE OUTPUT ${empty} CONTENT "#include \"api/static_files.h\"

std::span<const apiarist::api::StaticFile> apiarist::api::dashboard() {
    return {};
}
")
    target_sources(${target} PRIVATE ${empty})
    return()
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/* ${web}/public/*)
  list(REMOVE_ITEM sources ${web}/src/api/schema.ts)  # made of openapi.json
  foreach(name index.html package.json package-lock.json tsconfig.json vite.config.ts)
    if(EXISTS ${web}/${name})
      list(APPEND sources ${web}/${name})
    endif()
  endforeach()
  set(out ${PROJECT_SOURCE_DIR}/build/web)
  add_custom_command(
    OUTPUT ${out}/dashboard.cc ${out}/dashboard.bin
    COMMAND ${PROJECT_SOURCE_DIR}/script/build-dashboard ${out}
    DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/src/api/openapi.json ${PROJECT_SOURCE_DIR}/script/build-dashboard
    COMMENT "The dashboard"
    VERBATIM)
  set_source_files_properties(${out}/dashboard.cc PROPERTIES OBJECT_DEPENDS ${out}/dashboard.bin)
  target_sources(${target} PRIVATE ${out}/dashboard.cc)
endfunction()
