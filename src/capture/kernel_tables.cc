// SPDX-License-Identifier: Apache-2.0
#include "capture/kernel_tables.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cstring>

#include "capture/map_entries.h"

namespace apiarist::capture {
namespace {

constexpr std::size_t kMostFound = 1024;  // processes; a ring that is told of another one looks for itself

template <typename Record>
void emit(const Record& record, const KernelTables::OnEnd& on_end) {
    on_end(record, events::bytes_of(record));
}

ap_tls_end tls_end_of(const ap_tls_key& key, const ap_tls_session& session, std::uint64_t now_ns, ap_u32 flags) {
    ap_tls_end end{};
    end.header = events::header_of<ap_tls_end>(AP_EVENT_TLS_END, now_ns);
    end.session = session.id;
    end.flags = flags | (session.shed_until_ns != 0 ? AP_END_SHED : 0);
    end.tgid = static_cast<ap_u32>(key.tgid);
    end.read = session.bytes[AP_READ];
    end.write = session.bytes[AP_WRITE];
    return end;
}

ap_conn_end conn_end_of(std::uint64_t sock, const ap_connection& state, std::uint64_t now_ns) {
    ap_conn_end end{};
    end.header = events::header_of<ap_conn_end>(AP_EVENT_CONN_END, now_ns);
    end.conn = {sock, state.inode};
    end.flags = (state.flags & AP_STATE_ENDED) != 0 ? 0 : AP_END_LIVE;
    if (state.shed_until_ns != 0) end.flags |= AP_END_SHED;
    end.announced = (state.flags & AP_STATE_ANNOUNCED) != 0 ? 1 : 0;
    end.protocol = static_cast<ap_u8>(state.classifier.protocol);
    end.tgid = state.tgid;
    end.read = state.bytes[AP_READ];
    end.write = state.bytes[AP_WRITE];
    return end;
}

}  // namespace

std::vector<ap_tls_key> KernelTables::sessions_of(const ap_process_event& process) const {
    std::vector<ap_tls_key> found;
    for_each_entry<ap_tls_key, ap_tls_session>(
        tables_.sessions, [&](const ap_tls_key& key, const ap_tls_session& session) {
            if (key.tgid == process.tgid && session.created_ns < process.header.ts_ns) found.push_back(key);
        });
    return found;
}

// What the event counts beyond the sessions that are there is the windows of goroutines, or sessions that have ended.
std::vector<ap_tls_key> KernelTables::left_behind(const ap_process_event& process) {
    const std::pair<std::uint64_t, std::uint32_t> name{process.header.ts_ns, process.tgid};
    const std::scoped_lock lock(mutex_);  // the other rings wait for what this one finds
    if (const auto found = found_.find(name); found != found_.end()) {
        if (--found->second.rings_to_come != 0) return found->second.sessions;
        std::vector<ap_tls_key> sessions = std::move(found->second.sessions);
        found_.erase(found);
        return sessions;
    }
    std::vector<ap_tls_key> sessions = sessions_of(process);
    if (sessions.size() < process.sessions) forget_calls(process);
    if (tables_.rings > 1) {
        if (found_.size() >= kMostFound) found_.erase(found_.begin());  // the oldest: its event found no room in a ring
        found_.emplace(name, Found{sessions, tables_.rings - 1});
    }
    return sessions;
}

void KernelTables::sweep(const ap_process_event& process, unsigned ring, const OnEnd& on_end) {
    if (process.sessions == 0) return;
    for (const ap_tls_key& one : left_behind(process)) {
        ap_tls_session session{};
        if (bpf_map_lookup_elem(tables_.sessions, &one, &session) != 0 || session.ring != ring ||
            session.created_ns >= process.header.ts_ns)
            continue;
        emit(tls_end_of(one, session, process.header.ts_ns, 0), on_end);
        bpf_map_delete_elem(tables_.sessions, &one);
        bpf_map_delete_elem(tables_.marks, &session.id);
    }
}

void KernelTables::forget_calls(const ap_process_event& process) const {
    std::vector<ap_tls_caller> gone;
    for_each_entry(
        tables_.windows, sizeof(ap_tls_caller), tables_.window_size,
        [&](const std::byte* key, const std::byte* window) {
            ap_tls_caller caller{};
            std::uint64_t opened_ns = 0;
            std::memcpy(&caller, key, sizeof(caller));
            std::memcpy(&opened_ns, window, sizeof(opened_ns));
            if (caller.tgid == process.tgid && (caller.owner & AP_CALLER_GO) != 0 && opened_ns < process.header.ts_ns)
                gone.push_back(caller);
        });
    for (const ap_tls_caller& one : gone)
        bpf_map_delete_elem(tables_.windows, &one);
}

void KernelTables::tell_connections(std::uint64_t now_ns, const OnEnd& on_end) const {
    for_each_entry<std::uint64_t, ap_connection>(
        tables_.connections,
        [&](std::uint64_t sock, const ap_connection& state) { emit(conn_end_of(sock, state, now_ns), on_end); });
}

void KernelTables::tell_sessions(std::uint64_t now_ns, const OnEnd& on_end) const {
    for_each_entry<ap_tls_key, ap_tls_session>(
        tables_.sessions, [&](const ap_tls_key& key, const ap_tls_session& state) {
            emit(tls_end_of(key, state, now_ns, (state.flags & AP_SESSION_ENDED) != 0 ? 0 : AP_END_LIVE), on_end);
        });
}

void KernelTables::tell_datagrams(std::uint64_t now_ns, const OnEnd& on_end) const {
    for_each_entry<std::uint32_t, ap_udp>(tables_.udp, [&](std::uint32_t pid, const ap_udp& udp) {
        ap_datagrams told{};
        told.header = events::header_of<ap_datagrams>(AP_EVENT_DATAGRAMS, now_ns);
        told.tgid = pid;
        told.flags = AP_END_LIVE;
        told.bytes = udp.bytes;
        emit(told, on_end);
    });
}

std::vector<std::uint64_t> KernelTables::losses() const {
    std::vector<std::uint64_t> per_cpu(static_cast<std::size_t>(std::max(libbpf_num_possible_cpus(), 1)));
    std::vector<std::uint64_t> total(AP_LOSS_COUNT);
    for (std::uint32_t cause = 0; cause < AP_LOSS_COUNT; ++cause) {
        if (bpf_map_lookup_elem(tables_.losses, &cause, per_cpu.data()) != 0) continue;
        for (const std::uint64_t n : per_cpu)
            total[cause] += n;
    }
    return total;
}

}  // namespace apiarist::capture
