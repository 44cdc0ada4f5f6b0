# SPDX-License-Identifier: Apache-2.0
# apiarist_module(NAME [DEPENDS lib…]): one static library of all sources in this folder. Files named *_test.cc become
# one test program per module; files named *_kernel_test.cc need root and a kernel with BTF and go to their own.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
enable_testing()

add_library(apiarist_flags INTERFACE)
target_compile_options(apiarist_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion -Werror)
target_include_directories(apiarist_flags INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})

function(apiarist_module name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|/main)\\.cc$")
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC apiarist_flags ${ARG_DEPENDS})
  if(tests AND NOT APIARIST_FUZZ)
    find_package(GTest REQUIRED)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} GTest::gmock GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name}_test)
  endif()
endfunction()
