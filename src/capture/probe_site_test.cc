// SPDX-License-Identifier: Apache-2.0
#include "capture/probe_site.h"

#include <gtest/gtest.h>

#include <string>

namespace apiarist::capture {
namespace {

ProbeSites sites_of(const std::string& code, unsigned arguments) {
    return find_probe_sites(std::as_bytes(std::span(code)), arguments);
}

std::string operator""_code(const char* text, std::size_t size) {
    return {text, size};
}

const std::string kPrologue = "\x48\x83\xec\x18"_code;  // sub rsp, 0x18
const std::string kTestEdx = "\x85\xd2"_code;           // test edx, edx
const std::string kJumpIfNegative = "\x78\x05"_code;    // js over the call
const std::string kCall = "\xe8\x00\x10\x00\x00"_code;  // call rel32
const std::string kTestEax = "\x85\xc0"_code;           // test eax, eax
const std::string kJumpIfZero = "\x74\x07"_code;        // je beyond the return, as the stack protector's check does
const std::string kEpilogue = "\x48\x83\xc4\x18"_code;  // add rsp, 0x18
const std::string kClearEdx = "\x31\xd2"_code;          // xor edx, edx
const std::string kReturn = "\xc3"_code;
const std::string kFail = "\xe8\x00\x20\x00\x00"_code;  // call: the stack protector's, never returns

#if defined(__x86_64__)

TEST(ProbeSite, first_conditional_jump_and_the_last_before_the_return) {
    const auto sites = sites_of(kPrologue + kTestEdx + kJumpIfNegative + kCall + kTestEax + kJumpIfZero + kEpilogue +
                                    kClearEdx + kReturn + kFail,
                                2);
    EXPECT_EQ(sites.entry, 6U);
    EXPECT_EQ(sites.result, 15U);
}

TEST(ProbeSite, call_counts_as_an_entry_but_not_as_a_return) {
    const auto sites = sites_of(kPrologue + kCall + kClearEdx + kEpilogue + kReturn, 4);
    EXPECT_EQ(sites.entry, 4U);
    EXPECT_EQ(sites.result, std::nullopt);
}

TEST(ProbeSite, no_entry_once_an_argument_is_written) {
    const std::string write_rsi = "\x48\x89\xfe"_code;  // mov rsi, rdi
    EXPECT_EQ(sites_of(kPrologue + write_rsi + kTestEdx + kJumpIfNegative + kCall + kEpilogue + kReturn, 2).entry,
              std::nullopt);
    EXPECT_TRUE(sites_of(kPrologue + write_rsi + kTestEdx + kJumpIfNegative + kCall + kEpilogue + kReturn, 1).entry);
    const std::string write_ecx = "\x31\xc9"_code;  // xor ecx, ecx: the low half counts
    EXPECT_EQ(sites_of(kPrologue + write_ecx + kCall + kEpilogue + kReturn, 4).entry, std::nullopt);
}

TEST(ProbeSite, no_result_when_it_is_written_after_the_jump) {
    const std::string clear_eax = "\x31\xc0"_code;
    EXPECT_EQ(sites_of(kPrologue + kCall + kTestEax + kJumpIfZero + clear_eax + kEpilogue + kReturn + kFail, 2).result,
              std::nullopt);
}

TEST(ProbeSite, no_result_when_another_way_leads_to_the_return) {
    // js jumps over the call and the second jump, straight to the epilogue.
    const std::string far_jump = "\x78\x09"_code;
    EXPECT_EQ(sites_of(kPrologue + kTestEdx + far_jump + kCall + kTestEax + kJumpIfZero + kEpilogue + kClearEdx +
                           kReturn + kFail,
                       2)
                  .result,
              std::nullopt);
}

TEST(ProbeSite, no_result_with_two_returns_or_a_jump_out_of_the_function) {
    const std::string body = kPrologue + kTestEdx + kJumpIfNegative + kCall + kTestEax + kJumpIfZero + kEpilogue +
                             kClearEdx + kReturn + kFail;
    ASSERT_TRUE(sites_of(body, 2).result);
    EXPECT_EQ(sites_of(body + kReturn, 2).result, std::nullopt);
    const std::string tail_call = "\xe9\x00\x10\x00\x00"_code;
    EXPECT_EQ(sites_of(body + tail_call, 2).result, std::nullopt);
}

TEST(ProbeSite, all_returns_unless_the_function_may_leave_elsewhere) {
    const std::string body = kPrologue + kTestEdx + kJumpIfNegative + kCall + kEpilogue + kReturn;
    EXPECT_EQ(sites_of(body, 2).returns, (std::vector<std::uint64_t>{17}));
    EXPECT_EQ(sites_of(body + kClearEdx + kReturn, 2).returns, (std::vector<std::uint64_t>{17, 20}));
    const std::string tail_call = "\xe9\x00\x10\x00\x00"_code;
    EXPECT_TRUE(sites_of(body + tail_call, 2).returns.empty());
    const std::string jump_table = "\xff\xe0"_code;
    EXPECT_TRUE(sites_of(body + jump_table, 2).returns.empty());
    EXPECT_TRUE(sites_of(kPrologue + kCall, 2).returns.empty());
}

TEST(ProbeSite, no_result_where_the_stack_is_below_the_entry_sites) {
    const std::string push = "\x53"_code;  // push rbx, after the entry site
    const std::string pop = "\x5b"_code;
    const auto sites =
        sites_of(kTestEdx + kJumpIfNegative + kCall + push + kTestEax + "\x74\x02"_code + pop + kReturn + kFail, 2);
    EXPECT_TRUE(sites.entry);
    EXPECT_EQ(sites.result, std::nullopt);
}

// Of Go: the check of the stack's room, which begins the function again at its end.
const std::string kCheckRoom = "\x49\x3b\x66\x10"_code;  // cmp rsp, [r14+16]
const std::string kJumpToMore = "\x76\x09"_code;         // jbe to the end

TEST(ProbeSiteOfGo, entry_at_the_check_of_the_stack_and_every_return) {
    const std::string body = kCheckRoom + kJumpToMore + kTestEax + kJumpIfNegative + kCall;
    const std::string code = body + kReturn + kClearEdx + kReturn + kCall + "\xeb\xe6"_code;
    const auto sites = find_probe_sites(std::as_bytes(std::span(code)), 3, Calling::kGo);
    EXPECT_EQ(sites.entry, 4U);
    EXPECT_EQ(sites.returns, (std::vector<std::uint64_t>{15, 18}));
    EXPECT_EQ(sites.result, std::nullopt);
}

TEST(ProbeSiteOfGo, jump_tables_stay_inside_the_function) {
    const std::string table = "\xff\xe0"_code;  // jmp rax
    const std::string code = kCheckRoom + kJumpToMore + table + kReturn + kCall + "\xeb\xf0"_code;
    EXPECT_EQ(find_probe_sites(std::as_bytes(std::span(code)), 3, Calling::kGo).returns.size(), 1U);
    EXPECT_TRUE(find_probe_sites(std::as_bytes(std::span(code)), 3, Calling::kC).returns.empty());
}

TEST(ProbeSiteOfGo, no_entry_once_one_of_its_argument_registers_is_written) {
    const std::string write_ebx = "\x31\xdb"_code;  // xor ebx, ebx
    const std::string code = write_ebx + kTestEax + kJumpIfNegative + kCall + kReturn;
    EXPECT_EQ(find_probe_sites(std::as_bytes(std::span(code)), 2, Calling::kGo).entry, std::nullopt);
    EXPECT_TRUE(find_probe_sites(std::as_bytes(std::span(code)), 1, Calling::kGo).entry);
    EXPECT_TRUE(find_probe_sites(std::as_bytes(std::span(code)), 2, Calling::kC).entry);
}

TEST(ProbeSiteOfGo, none_where_the_code_does_not_decode) {
    const std::string code = kCheckRoom + kJumpToMore + kReturn + "\x06\x06"_code;
    EXPECT_TRUE(find_probe_sites(std::as_bytes(std::span(code)), 3, Calling::kGo).returns.empty());
}

TEST(ProbeSite, nothing_where_the_entry_is_a_loop_or_the_code_cannot_be_followed) {
    const std::string back = "\x75\xfc"_code;  // jne to `test`: it is passed again
    EXPECT_EQ(sites_of(kTestEdx + back + kReturn, 2).entry, std::nullopt);
    const std::string jump_table = "\xff\xe0"_code;  // jmp rax
    EXPECT_EQ(sites_of(kPrologue + kTestEdx + kJumpIfNegative + kCall + jump_table, 2).entry, std::nullopt);
    EXPECT_EQ(sites_of("\x06\x06\x06"_code, 2).entry, std::nullopt);  // not an instruction in 64-bit mode
    EXPECT_EQ(sites_of("", 2).entry, std::nullopt);
}

#endif

}  // namespace
}  // namespace apiarist::capture
