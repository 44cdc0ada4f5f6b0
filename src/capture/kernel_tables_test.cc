// SPDX-License-Identifier: Apache-2.0
#include "capture/kernel_tables.h"

#include <bpf/bpf.h>
#include <gmock/gmock.h>

#include <array>
#include <set>

#include "base/handles.h"

namespace apiarist::capture {
namespace {

constexpr std::uint32_t kPid = 4711;
constexpr std::uint64_t kEnd = 1000;

using Window = std::array<std::uint64_t, 40>;

// Maps of the kernel's without programs.
class Tables : public ::testing::Test {
  protected:
    void SetUp() override {
        sessions_ = Fd(make<ap_tls_key, ap_tls_session>());
        windows_ = Fd(make<ap_tls_caller, Window>());
        marks_ = Fd(make<std::uint64_t, ap_mark>());
        if (!sessions_ || !windows_ || !marks_) GTEST_SKIP() << "no maps can be made here";
    }

    template <typename Key, typename Value>
    static int make() {
        constexpr std::uint32_t kEntries = 65536;
        return bpf_map_create(BPF_MAP_TYPE_HASH, "test", sizeof(Key), sizeof(Value), kEntries, nullptr);
    }
    [[nodiscard]] KernelTables tables(unsigned rings) const {
        return KernelTables({.sessions = sessions_.get(),
                             .windows = windows_.get(),
                             .window_size = sizeof(Window),
                             .marks = marks_.get(),
                             .rings = rings});
    }
    void add_session(std::uint64_t ssl, std::uint32_t pid, std::uint32_t ring, std::uint64_t created_ns) const {
        const ap_tls_key key{ssl, pid};
        ap_tls_session session{};
        session.id = ssl;
        session.ring = ring;
        session.created_ns = created_ns;
        ASSERT_EQ(bpf_map_update_elem(sessions_.get(), &key, &session, BPF_ANY), 0);
    }
    void add_window(std::uint64_t owner, std::uint32_t pid, std::uint64_t opened_ns) const {
        const ap_tls_caller key{owner, pid};
        const Window window{opened_ns};
        ASSERT_EQ(bpf_map_update_elem(windows_.get(), &key, &window, BPF_ANY), 0);
    }
    [[nodiscard]] bool has_session(std::uint64_t ssl, std::uint32_t pid) const {
        const ap_tls_key key{ssl, pid};
        ap_tls_session session{};
        return bpf_map_lookup_elem(sessions_.get(), &key, &session) == 0;
    }
    [[nodiscard]] bool has_window(std::uint64_t owner, std::uint32_t pid) const {
        const ap_tls_caller key{owner, pid};
        Window window{};
        return bpf_map_lookup_elem(windows_.get(), &key, &window) == 0;
    }

    Fd sessions_;
    Fd windows_;
    Fd marks_;
};

ap_process_event end_of(std::uint32_t pid, std::uint32_t sessions) {
    ap_process_event event{};
    event.header.ts_ns = kEnd;
    event.tgid = pid;
    event.kind = AP_PROCESS_EXIT;
    event.sessions = sessions;
    return event;
}

std::multiset<std::uint64_t> sweep(KernelTables& tables, const ap_process_event& event, unsigned ring) {
    std::multiset<std::uint64_t> ended;
    tables.sweep(event, ring, [&ended](const events::Event& end, std::span<const std::byte>) {
        ended.insert(std::get<ap_tls_end>(end).session);
    });
    return ended;
}

TEST_F(Tables, each_ring_ends_its_own_sessions_of_a_process) {
    KernelTables all = tables(3);
    for (std::uint64_t ssl = 1; ssl <= 6; ++ssl)
        add_session(ssl, kPid, static_cast<std::uint32_t>(ssl % 2), kEnd - 1);
    add_session(7, kPid, 0, kEnd + 1);  // of the next program
    add_session(8, kPid + 1, 0, kEnd - 1);
    EXPECT_THAT(sweep(all, end_of(kPid, 6), 1), ::testing::ElementsAre(1, 3, 5));
    EXPECT_THAT(sweep(all, end_of(kPid, 6), 2), ::testing::IsEmpty());
    EXPECT_TRUE(has_session(2, kPid));
    EXPECT_THAT(sweep(all, end_of(kPid, 6), 0), ::testing::ElementsAre(2, 4, 6));
    EXPECT_FALSE(has_session(2, kPid));
    EXPECT_TRUE(has_session(7, kPid));
    EXPECT_TRUE(has_session(8, kPid + 1));
}

// What is put in after the first look would be found by a second one.
TEST_F(Tables, are_looked_through_once_for_all_rings) {
    KernelTables all = tables(2);
    add_session(1, kPid, 0, kEnd - 1);
    EXPECT_EQ(sweep(all, end_of(kPid, 2), 0).size(), 1U);
    add_session(2, kPid, 1, kEnd - 1);
    add_window(AP_CALLER_GO | 16, kPid, kEnd - 1);
    EXPECT_EQ(sweep(all, end_of(kPid, 2), 1).size(), 0U);
    EXPECT_TRUE(has_window(AP_CALLER_GO | 16, kPid));
    EXPECT_EQ(sweep(all, end_of(kPid, 2), 1).size(), 1U) << "another end of the same name";
}

TEST_F(Tables, windows_of_goroutines_go_where_the_process_had_some) {
    KernelTables all = tables(1);
    add_session(1, kPid, 0, kEnd - 1);
    add_window(AP_CALLER_GO | 16, kPid, kEnd - 1);
    EXPECT_EQ(sweep(all, end_of(kPid, 1), 0).size(), 1U);
    EXPECT_TRUE(has_window(AP_CALLER_GO | 16, kPid)) << "looked for without need";
    add_session(1, kPid, 0, kEnd - 1);
    add_window(AP_CALLER_GO | 32, kPid, kEnd + 1);
    add_window(kPid, kPid, kEnd - 1);
    add_window(AP_CALLER_GO | 16, kPid + 1, kEnd - 1);
    EXPECT_EQ(sweep(all, end_of(kPid, 2), 0).size(), 1U);
    EXPECT_FALSE(has_window(AP_CALLER_GO | 16, kPid));
    EXPECT_TRUE(has_window(AP_CALLER_GO | 32, kPid));
    EXPECT_TRUE(has_window(kPid, kPid));
    EXPECT_TRUE(has_window(AP_CALLER_GO | 16, kPid + 1));
}

TEST_F(Tables, of_many_entries_none_is_missed) {
    KernelTables all = tables(1);
    constexpr std::uint64_t kSessions = 20000;
    for (std::uint64_t ssl = 1; ssl <= kSessions; ++ssl)
        add_session(ssl, kPid + static_cast<std::uint32_t>(ssl % 2), 0, kEnd - 1);
    EXPECT_EQ(sweep(all, end_of(kPid, kSessions / 2), 0).size(), kSessions / 2);
    std::size_t left = 0;
    all.tell_sessions(kEnd, [&left](const events::Event&, std::span<const std::byte>) { ++left; });
    EXPECT_EQ(left, kSessions / 2);
}

}  // namespace
}  // namespace apiarist::capture
