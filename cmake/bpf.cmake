# SPDX-License-Identifier: Apache-2.0
# The kernel programs: clang -target bpf → object → skeleton header. Debian's clang-19 is pinned: other versions make other
# code, and the verifiers of old kernels are particular.
pkg_check_modules(LIBBPF REQUIRED IMPORTED_TARGET libbpf>=1.1)
find_program(BPF_CLANG clang-19 REQUIRED)
find_program(BPFTOOL bpftool REQUIRED HINTS /usr/sbin)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(BPF_ARCH arm64)
else()
  set(BPF_ARCH x86)
endif()

set(BPF_OBJECT ${CMAKE_BINARY_DIR}/bpf/apiarist.bpf.o)
set(BPF_SKELETON ${CMAKE_BINARY_DIR}/bpf/programs.skel.h)
file(GLOB BPF_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bpf/*.h ${PROJECT_SOURCE_DIR}/bpf/*.c)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/bpf)
add_custom_command(
  OUTPUT ${BPF_OBJECT} ${BPF_SKELETON}
  COMMAND ${BPF_CLANG} -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_${BPF_ARCH} -Wall -Wextra -Werror
          -Wno-unused-function -fdebug-prefix-map=${PROJECT_SOURCE_DIR}=. -I${PROJECT_SOURCE_DIR}
          -I${LIBBPF_INCLUDEDIR} -c ${PROJECT_SOURCE_DIR}/bpf/apiarist.bpf.c -o ${BPF_OBJECT}
  # Its diagnoses are not ours to mend.
  COMMAND ${CMAKE_COMMAND} -E echo "// NOLINTBEGIN" > ${BPF_SKELETON}
  COMMAND ${BPFTOOL} gen skeleton ${BPF_OBJECT} name programs >> ${BPF_SKELETON}
  COMMAND ${CMAKE_COMMAND} -E echo "// NOLINTEND" >> ${BPF_SKELETON}
  DEPENDS ${BPF_SOURCES}
  VERBATIM)
add_custom_target(bpf_skeleton DEPENDS ${BPF_SKELETON})
