// SPDX-License-Identifier: Apache-2.0
#include "capture/traffic_accounts.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace apiarist::capture {
namespace {

constexpr std::size_t kMostAccounts = 65536;  // more than the kernel's table of processes takes
constexpr std::size_t kMostStacks = 32;       // of one process

std::string name_of(const ap_process_event& process) {
    return {process.comm, ::strnlen(process.comm, sizeof(process.comm))};
}

}  // namespace

TrafficAccounts::Account& TrafficAccounts::account(std::uint32_t pid) {
    if (accounts_.size() >= kMostAccounts && !accounts_.contains(pid)) forget(accounts_.begin());
    Account& one = accounts_[pid];
    one.coverage.pid = pid;
    return one;
}

events::ProcessTraffic& TrafficAccounts::traffic_of(std::uint32_t pid) {
    const auto found = accounts_.find(pid);
    return found == accounts_.end() ? of_forgotten_ : found->second.coverage.traffic;
}

void TrafficAccounts::on(const ap_process_event& process) {
    const std::scoped_lock lock(mutex_);
    const auto found = accounts_.find(process.tgid);
    if (process.kind == AP_PROCESS_EXIT) {
        if (found != accounts_.end()) end(process.tgid, found->second);
        return;
    }
    // The number came back.
    if (process.kind != AP_PROCESS_EXEC && found != accounts_.end() && found->second.coverage.ended) forget(found);
    Account& one = account(process.tgid);
    one.coverage.name = name_of(process);
    if (process.kind != AP_PROCESS_EXEC) return;
    one.coverage.stacks.clear();
    one.coverage.looked_at = false;
    one.look_wanted = false;
}

void TrafficAccounts::on(const ap_conn_end& end) {
    const std::scoped_lock lock(mutex_);
    events::ProcessTraffic& traffic = traffic_of(end.tgid);
    ++traffic.connections;
    events::add(traffic.sockets, end.read);
    events::add(traffic.sockets, end.write);
}

void TrafficAccounts::on(const ap_tls_end& end) {
    const std::scoped_lock lock(mutex_);
    events::ProcessTraffic& traffic = traffic_of(end.tgid);
    ++traffic.sessions;
    events::add(traffic.plaintext, end.read);
    events::add(traffic.plaintext, end.write);
}

void TrafficAccounts::on(const ap_datagrams& datagrams) {
    const std::scoped_lock lock(mutex_);
    events::ProcessTraffic& traffic = traffic_of(datagrams.tgid);
    traffic.udp_quic += datagrams.bytes.quic[AP_READ] + datagrams.bytes.quic[AP_WRITE];
    traffic.udp_other += datagrams.bytes.other[AP_READ] + datagrams.bytes.other[AP_WRITE];
}

bool TrafficAccounts::wants_a_look(std::uint32_t pid) {
    const std::scoped_lock lock(mutex_);
    const auto found = accounts_.find(pid);
    if (found == accounts_.end()) return false;
    Account& one = found->second;
    if (one.look_wanted || one.coverage.ended || one.coverage.traffic.sockets.opaque == 0) return false;
    return one.look_wanted = true;
}

void TrafficAccounts::note(std::uint32_t pid, ProcessFacts facts) {
    const std::scoped_lock lock(mutex_);
    events::ProcessCoverage& coverage = account(pid).coverage;
    if (!facts.name.empty()) coverage.name = std::move(facts.name);
    coverage.cgroup = std::move(facts.cgroup);
    coverage.container = std::move(facts.container);
    coverage.stacks = std::move(facts.stacks);
    coverage.stacks.resize(std::min(coverage.stacks.size(), kMostStacks));
    coverage.looked_at = true;
}

void TrafficAccounts::note_stack(std::uint32_t pid, events::FoundStack stack) {
    const std::scoped_lock lock(mutex_);
    const auto found = accounts_.find(pid);
    if (found == accounts_.end()) return;
    auto& stacks = found->second.coverage.stacks;
    const auto same = [&stack](const events::FoundStack& one) {
        return one.file == stack.file && one.stack == stack.stack;
    };
    if (stacks.size() < kMostStacks && std::none_of(stacks.begin(), stacks.end(), same))
        stacks.push_back(std::move(stack));
}

void TrafficAccounts::end(std::uint32_t pid, Account& account) {
    if (std::exchange(account.coverage.ended, true)) return;
    ended_.push_back(pid);
    forget_oldest();
}

void TrafficAccounts::forget_oldest() {
    while (ended_.size() > ended_kept_)
        if (const auto found = accounts_.find(ended_.front()); found != accounts_.end())
            forget(found);
        else
            ended_.pop_front();
}

void TrafficAccounts::forget(std::map<std::uint32_t, Account>::iterator found) {
    ++forgotten_;
    events::add(of_forgotten_, found->second.coverage.traffic);
    std::erase(ended_, found->first);
    accounts_.erase(found);
}

events::CoverageSnapshot TrafficAccounts::snapshot(const std::set<std::uint32_t>& alive) {
    const std::scoped_lock lock(mutex_);
    events::CoverageSnapshot out;
    for (const std::uint32_t pid : alive)
        (void)account(pid);  // also where the news of its start was lost
    for (const auto& [pid, account] : accounts_) {
        out.processes.push_back(account.coverage);
        if (!alive.contains(pid)) out.processes.back().ended = true;  // the news of it is still on the way
    }
    out.forgotten = forgotten_;
    out.of_forgotten = of_forgotten_;
    return out;
}

}  // namespace apiarist::capture
