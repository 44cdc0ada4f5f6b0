// SPDX-License-Identifier: Apache-2.0
#include "capture/libbpf_log.h"

#include <gtest/gtest.h>

namespace apiarist::capture {
namespace {

TEST(LibbpfLog, names_the_program_that_was_refused) {
    EXPECT_EQ(refused_program("libbpf: prog 'on_fork': BPF program load failed: Permission denied\n"
                              "libbpf: prog 'on_fork': -- BEGIN PROG LOAD LOG --\n"),
              "on_fork");
    EXPECT_EQ(
        refused_program("libbpf: prog 'on_cgroup_mkdir': failed to find kernel BTF type ID of 'cgroup_mkdir': -3\n"),
        "on_cgroup_mkdir");
}

TEST(LibbpfLog, says_what_the_verifier_held_against_it) {
    EXPECT_EQ(refusal("libbpf: prog 'on_fork': BPF program load failed: Permission denied\n"
                      "libbpf: prog 'on_fork': -- BEGIN PROG LOAD LOG --\n"
                      "0: R1=ctx(off=0,imm=0) R10=fp0\n"
                      "12: (85) call pc+3\n"
                      "combined stack size of 4 calls is 544. Too large\n"
                      "verification time 120 usec\n"
                      "processed 13 insns (limit 1000000) max_states_per_insn 0\n"
                      "-- END PROG LOAD LOG --\n"
                      "libbpf: failed to load object 'programs'\n"),
              "combined stack size of 4 calls is 544. Too large");
    EXPECT_EQ(refusal("libbpf: failed to load object 'programs'\n"), "");
}

TEST(LibbpfLog, names_none_when_it_was_not_about_a_program) {
    EXPECT_EQ(refused_program("libbpf: Error in bpf_create_map_xattr(marks):Operation not permitted(-1)\n"), "");
    EXPECT_EQ(refused_program("libbpf: prog 'cut"), "");
    EXPECT_EQ(refused_program(""), "");
}

}  // namespace
}  // namespace apiarist::capture
