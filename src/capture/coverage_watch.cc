// SPDX-License-Identifier: Apache-2.0
#include "capture/coverage_watch.h"

#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "capture/map_entries.h"
#include "capture/proc.h"

namespace apiarist::capture {
namespace {

// Bytes of files, for their texts.
constexpr std::uint64_t kMostForAnswer = std::uint64_t{2} << 30;
constexpr std::uint64_t kMostAtTheEnd = std::uint64_t{128} << 20;

std::string cgroup_of(std::uint32_t pid) {
    std::ifstream file(fmt::format("/proc/{}/cgroup", pid));
    std::string longest;
    for (std::string line; std::getline(file, line);) {
        const auto path = line.find('/');
        if (path != std::string::npos && line.size() - path > longest.size()) longest = line.substr(path);
    }
    return longest;
}

bool is_hex(char c) {
    return is_ascii_digit(c) || (c >= 'a' && c <= 'f');
}

}  // namespace

std::string container_in(std::string_view cgroup) {
    constexpr std::size_t kDigits = 64;
    std::size_t end = cgroup.size();
    while (end > 0) {
        std::size_t begin = end;
        while (begin > 0 && is_hex(cgroup[begin - 1]))
            --begin;
        if (end - begin == kDigits) return std::string(cgroup.substr(begin, kDigits));
        end = begin == end ? end - 1 : begin;
    }
    return {};
}

CoverageWatch::CoverageWatch(const CoverageOptions& options, TlsFindings* findings)
    : options_(options), findings_(findings), thread_([this] {
          while (const auto candidate = to_look_at_.pop())
              if (const auto* process = std::get_if<ProcessCandidate>(&*candidate);
                  process != nullptr && !stop_.stop_requested())
                  look_at(process->pid);
      }) {}

CoverageWatch::~CoverageWatch() {
    stop();
}

void CoverageWatch::stop() {
    stop_.request_stop();
    to_look_at_.close();
    if (thread_.joinable()) thread_.join();
}

void CoverageWatch::on_event(const events::Event& event, unsigned ring) {
    if (const auto* process = std::get_if<ap_process_event>(&event)) {
        if (process->tgid % options_.rings == ring) accounts_.on(*process);  // every ring hears of it
    } else if (const auto* conn_end = std::get_if<ap_conn_end>(&event)) {
        accounts_.on(*conn_end);
        if (conn_end->read.opaque + conn_end->write.opaque != 0 && accounts_.wants_a_look(conn_end->tgid))
            to_look_at_.add({.pid = conn_end->tgid, .files = true});
    } else if (const auto* tls_open = std::get_if<ap_tls_open>(&event)) {
        // It may have ended before anybody looks at it.
        if (const auto stack = findings_ != nullptr ? findings_->by_number(tls_open->library) : std::nullopt)
            accounts_.note_stack(tls_open->tgid, *stack);
    } else if (const auto* tls_end = std::get_if<ap_tls_end>(&event)) {
        accounts_.on(*tls_end);
    } else if (const auto* datagrams = std::get_if<ap_datagrams>(&event)) {
        accounts_.on(*datagrams);
    }
}

void CoverageWatch::on_selected(const ap_process_event& seen) {
    accounts_.on(seen);
}

void CoverageWatch::on_found(std::uint32_t pid, const events::FoundStack& stack) {
    accounts_.note_stack(pid, stack);
}

void CoverageWatch::close_books() {
    stop();
    closed_.store(true);
}

std::optional<ProcessFacts> CoverageWatch::facts_of(std::uint32_t pid, ReadAllowance& allowance) const {
    ProcessFacts facts{.name = process_name(pid), .cgroup = cgroup_of(pid), .container = {}, .stacks = {}};
    facts.container = container_in(facts.cgroup);
    if (findings_ != nullptr) facts.stacks = findings_->stacks_of(pid, allowance);
    if (facts.name.empty() || !process_exists(pid)) return std::nullopt;  // what was read may be half
    return facts;
}

void CoverageWatch::look_at(std::uint32_t pid) {
    ReadAllowance allowance{kMostForAnswer, stop_.get_token()};
    if (auto facts = facts_of(pid, allowance)) accounts_.note(pid, std::move(*facts));
}

void CoverageWatch::add_connections(Traffic& alive) const {
    for_each_entry<std::uint64_t, ap_connection>(options_.maps.connections,
                                                 [&alive](std::uint64_t, const ap_connection& conn) {
                                                     events::ProcessTraffic& traffic = alive[conn.tgid];
                                                     ++traffic.connections;
                                                     events::add(traffic.sockets, conn.bytes[AP_READ]);
                                                     events::add(traffic.sockets, conn.bytes[AP_WRITE]);
                                                 });
}

void CoverageWatch::add_sessions(Traffic& alive) const {
    for_each_entry<ap_tls_key, ap_tls_session>(
        options_.maps.sessions, [&alive](const ap_tls_key& key, const ap_tls_session& session) {
            events::ProcessTraffic& traffic = alive[static_cast<std::uint32_t>(key.tgid)];
            ++traffic.sessions;
            events::add(traffic.plaintext, session.bytes[AP_READ]);
            events::add(traffic.plaintext, session.bytes[AP_WRITE]);
        });
}

CoverageWatch::Traffic CoverageWatch::read_maps() const {
    Traffic alive;
    for_each_entry<std::uint32_t, ap_udp>(options_.maps.udp, [&alive](std::uint32_t pid, const ap_udp& udp) {
        events::ProcessTraffic& traffic = alive[pid];
        traffic.udp_quic += udp.bytes.quic[AP_READ] + udp.bytes.quic[AP_WRITE];
        traffic.udp_other += udp.bytes.other[AP_READ] + udp.bytes.other[AP_WRITE];
    });
    add_connections(alive);
    add_sessions(alive);
    return alive;
}

events::CoverageSnapshot CoverageWatch::snapshot() {
    return look({kMostForAnswer, stop_.get_token()});
}

void CoverageWatch::note_living() {
    (void)look({kMostAtTheEnd, stop_.get_token()});
}

// The sums first and the maps then, so that what ends meanwhile may be missed by this answer and is never in it twice.
events::CoverageSnapshot CoverageWatch::look(ReadAllowance allowance) {
    ReadAllowance nothing;
    std::set<std::uint32_t> alive;
    const bool closed = closed_.load();
    if (!closed)
        for_each_entry<std::uint32_t, ap_process>(options_.maps.processes,
                                                  [&](std::uint32_t pid, const ap_process&) { alive.insert(pid); });
    events::CoverageSnapshot out = accounts_.snapshot(alive);
    out.clear = options_.clear;
    out.tls = options_.tls;
    Traffic of_maps = closed ? Traffic{} : read_maps();
    for (events::ProcessCoverage& process : out.processes) {
        if (const auto found = of_maps.find(process.pid); found != of_maps.end()) {
            events::add(process.traffic, found->second);
            of_maps.erase(found);
        }
        if (!alive.contains(process.pid)) continue;
        auto facts = facts_of(process.pid, process.traffic.sockets.opaque == 0 ? nothing : allowance);
        if (!facts) continue;
        process.name = facts->name;
        process.cgroup = facts->cgroup;
        process.container = facts->container;
        process.stacks = facts->stacks;
        process.looked_at = true;
        accounts_.note(process.pid, std::move(*facts));
    }
    for (const auto& [pid, traffic] : of_maps)
        events::add(out.of_forgotten, traffic);
    return out;
}

}  // namespace apiarist::capture
