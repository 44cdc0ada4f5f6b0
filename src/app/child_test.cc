// SPDX-License-Identifier: Apache-2.0
#include "app/child.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>

namespace apiarist::app {
namespace {

// Until it has ended; it can still be waited for.
void await_end(const Child& child) {
    siginfo_t info{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT), 0);
}

Child make(const std::vector<std::string>& command) {
    auto child = Child::make(command);
    if (!child) std::abort();
    return std::move(*child);
}

TEST(Child, its_program_is_found_as_a_shell_does) {
    EXPECT_EQ(program_of("./here"), "./here");
    EXPECT_THAT(program_of("sh"), ::testing::EndsWith("/sh"));
    EXPECT_EQ(program_of("no-such-program-anywhere"), "");
}

TEST(Child, waits_until_it_is_let_go_and_ends_with_its_status) {
    Child child = make({"sh", "-c", "exit 7"});
    EXPECT_GT(child.pid(), 0);
    EXPECT_EQ(child.ended(), std::nullopt);
    ASSERT_TRUE(child.let_go());
    await_end(child);
    EXPECT_EQ(child.ended(), 7);
    EXPECT_EQ(child.ended(), 7);  // told again
}

TEST(Child, keeps_its_number_through_exec) {
    Child child = make({"sh", "-c", "test $$ = \"$0\"", ""});
    Child other = make({"sh", "-c", "test \"$(readlink /proc/self)\" != \"\""});
    ASSERT_TRUE(child.let_go());
    ASSERT_TRUE(other.let_go());
    await_end(child);
    await_end(other);
    EXPECT_EQ(other.ended(), 0);
}

TEST(Child, a_signal_is_told_as_a_shell_does) {
    Child child = make({"sleep", "1000"});
    ASSERT_TRUE(child.let_go());
    child.signal(SIGTERM);
    await_end(child);
    EXPECT_EQ(child.ended(), 128 + SIGTERM);
    child.signal(SIGTERM);  // nobody is there any more: nothing happens
}

TEST(Child, a_command_that_does_not_exist_is_an_error_that_names_it) {
    Child child = make({"apiarist-no-such-command"});
    const Status going = child.let_go();
    ASSERT_FALSE(going);
    EXPECT_EQ(going.error().code, std::errc::no_such_file_or_directory);
    EXPECT_THAT(going.error().what, ::testing::HasSubstr("apiarist-no-such-command"));
    await_end(child);
    EXPECT_EQ(child.ended(), 127);
}

TEST(Child, ends_by_itself_when_it_is_not_let_go) {
    pid_t pid = 0;
    {
        const Child child = make({"sleep", "1000"});
        pid = child.pid();
    }
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(WEXITSTATUS(status), 127);
}

TEST(Child, has_no_blocked_signals) {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &all, &before), 0);
    Child child = make({"sh", "-c", "grep -q '^SigBlk:.0*$' /proc/self/status"});
    ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
    ASSERT_TRUE(child.let_go());
    await_end(child);
    EXPECT_EQ(child.ended(), 0);
}

}  // namespace
}  // namespace apiarist::app
