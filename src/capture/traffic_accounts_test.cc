// SPDX-License-Identifier: Apache-2.0
#include "capture/traffic_accounts.h"

#include <gmock/gmock.h>

#include "events/event.h"

namespace apiarist::capture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ap_process_event process(std::uint32_t pid, std::uint32_t kind, const char* name = "") {
    ap_process_event event{};
    event.tgid = pid;
    event.kind = kind;
    events::copy_text(event.comm, name);
    return event;
}

ap_conn_end connection(std::uint32_t pid, std::uint64_t copied, std::uint64_t opaque = 0) {
    ap_conn_end end{};
    end.tgid = pid;
    end.read.passed = end.read.copied = copied;
    end.write.passed = end.write.opaque = opaque;
    return end;
}

events::ProcessCoverage only(TrafficAccounts& accounts, const std::set<std::uint32_t>& alive) {
    const auto snapshot = accounts.snapshot(alive);
    EXPECT_THAT(snapshot.processes, SizeIs(1));
    return snapshot.processes.empty() ? events::ProcessCoverage{} : snapshot.processes.front();
}

TEST(TrafficAccounts, both_directions_of_all_connections_and_sessions_add_up) {
    TrafficAccounts accounts;
    accounts.on(process(7, AP_PROCESS_SEEN, "shop"));
    accounts.on(connection(7, 100, 20));
    accounts.on(connection(7, 1));
    ap_tls_end session{};
    session.tgid = 7;
    session.read.passed = 5;
    session.write.passed = 6;
    accounts.on(session);
    ap_datagrams datagrams{};
    datagrams.tgid = 7;
    datagrams.bytes = {.quic = {1, 2}, .other = {3, 4}};
    accounts.on(datagrams);
    const auto found = only(accounts, {7});
    EXPECT_EQ(found.name, "shop");
    EXPECT_FALSE(found.ended);
    EXPECT_EQ(found.traffic.connections, 2u);
    EXPECT_EQ(found.traffic.sockets.passed, 121u);
    EXPECT_EQ(found.traffic.sockets.copied, 101u);
    EXPECT_EQ(found.traffic.sockets.opaque, 20u);
    EXPECT_EQ(found.traffic.sessions, 1u);
    EXPECT_EQ(found.traffic.plaintext.passed, 11u);
    EXPECT_EQ(found.traffic.udp_quic, 3u);
    EXPECT_EQ(found.traffic.udp_other, 7u);
}

TEST(TrafficAccounts, connections_outlive_their_process) {
    TrafficAccounts accounts;
    accounts.on(process(7, AP_PROCESS_FORK, "shop"));
    accounts.on(process(7, AP_PROCESS_EXIT, "shop"));
    accounts.on(connection(7, 100));
    const auto found = only(accounts, {});
    EXPECT_TRUE(found.ended);
    EXPECT_EQ(found.traffic.sockets.passed, 100u);
}

TEST(TrafficAccounts, the_oldest_of_the_ended_become_one_sum) {
    TrafficAccounts accounts(2);
    for (std::uint32_t pid = 1; pid <= 4; ++pid) {
        accounts.on(process(pid, AP_PROCESS_FORK, "job"));
        accounts.on(connection(pid, pid));
        accounts.on(process(pid, AP_PROCESS_EXIT));
    }
    accounts.on(connection(1, 1000));  // later than its process is known
    const auto snapshot = accounts.snapshot({});
    ASSERT_THAT(snapshot.processes, SizeIs(2));
    EXPECT_EQ(snapshot.processes[0].pid, 3u);
    EXPECT_EQ(snapshot.processes[1].pid, 4u);
    EXPECT_EQ(snapshot.forgotten, 2u);
    EXPECT_EQ(snapshot.of_forgotten.sockets.passed, 1003u);
    EXPECT_EQ(snapshot.of_forgotten.connections, 3u);
}

TEST(TrafficAccounts, a_number_that_comes_back_is_another_process) {
    TrafficAccounts accounts;
    accounts.on(process(7, AP_PROCESS_FORK, "old"));
    accounts.on(connection(7, 100));
    accounts.on(process(7, AP_PROCESS_EXIT));
    accounts.on(process(7, AP_PROCESS_FORK, "new"));
    accounts.on(connection(7, 1));
    const auto snapshot = accounts.snapshot({7});
    ASSERT_THAT(snapshot.processes, SizeIs(1));
    EXPECT_EQ(snapshot.processes[0].name, "new");
    EXPECT_EQ(snapshot.processes[0].traffic.sockets.passed, 1u);
    EXPECT_EQ(snapshot.of_forgotten.sockets.passed, 100u);
}

TEST(TrafficAccounts, another_program_has_other_stacks_and_the_same_account) {
    TrafficAccounts accounts;
    accounts.on(process(7, AP_PROCESS_FORK, "sh"));
    accounts.on(connection(7, 100));
    accounts.note(7, {.name = "sh", .cgroup = "/a", .container = "", .stacks = {{"X", "X 1", "/x", ""}}});
    accounts.on(process(7, AP_PROCESS_EXEC, "wget"));
    const auto found = only(accounts, {7});
    EXPECT_EQ(found.name, "wget");
    EXPECT_FALSE(found.looked_at);
    EXPECT_THAT(found.stacks, IsEmpty());
    EXPECT_EQ(found.traffic.sockets.passed, 100u);
}

TEST(TrafficAccounts, opaque_tls_wants_one_look) {
    TrafficAccounts accounts;
    EXPECT_FALSE(accounts.wants_a_look(7));
    accounts.on(process(7, AP_PROCESS_FORK, "java"));
    accounts.on(connection(7, 100));
    EXPECT_FALSE(accounts.wants_a_look(7));
    accounts.on(connection(7, 0, 1));
    EXPECT_TRUE(accounts.wants_a_look(7));
    EXPECT_FALSE(accounts.wants_a_look(7));
    accounts.on(process(7, AP_PROCESS_EXEC, "java"));
    EXPECT_TRUE(accounts.wants_a_look(7));
}

TEST(TrafficAccounts, a_stack_is_noted_once) {
    TrafficAccounts accounts;
    accounts.on(process(7, AP_PROCESS_FORK, "java"));
    for (int i = 0; i < 3; ++i)
        accounts.note_stack(7, {"JSSE", "JSSE", "/libjvm.so", "no"});
    accounts.note_stack(8, {"JSSE", "JSSE", "/libjvm.so", "no"});
    EXPECT_THAT(only(accounts, {7}).stacks, SizeIs(1));
}

}  // namespace
}  // namespace apiarist::capture
