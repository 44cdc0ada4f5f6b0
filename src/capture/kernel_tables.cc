// SPDX-License-Identifier: Apache-2.0
#include "capture/kernel_tables.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cstring>

namespace apiarist::capture {
namespace {

template <typename Key, typename Visit>
void for_each_key(const bpf_map* map, Visit visit) {
    const int fd = bpf_map__fd(map);
    Key key{};
    for (int more = bpf_map_get_next_key(fd, nullptr, &key); more == 0; more = bpf_map_get_next_key(fd, &key, &key))
        visit(key);
}

template <typename Key, typename Wanted>
std::vector<Key> keys_of(const bpf_map* map, Wanted wanted) {
    std::vector<Key> found;
    for_each_key<Key>(map, [&](const Key& key) {
        if (wanted(key)) found.push_back(key);
    });
    return found;
}

template <typename Key, typename Value>
bool look_up(const bpf_map* map, const Key& key, Value& value) {
    return bpf_map_lookup_elem(bpf_map__fd(map), &key, &value) == 0;
}

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

void KernelTables::end_sessions(const ap_process_event& process, unsigned ring, const OnEnd& on_end) const {
    const auto gone =
        keys_of<ap_tls_key>(tables_.sessions, [&process](const ap_tls_key& key) { return key.tgid == process.tgid; });
    for (const ap_tls_key& one : gone) {
        ap_tls_session session{};
        if (!look_up(tables_.sessions, one, session) || session.ring != ring ||
            session.created_ns >= process.header.ts_ns)
            continue;
        emit(tls_end_of(one, session, process.header.ts_ns, 0), on_end);
        bpf_map_delete_elem(bpf_map__fd(tables_.sessions), &one);
        bpf_map_delete_elem(bpf_map__fd(tables_.marks), &session.id);
    }
}

void KernelTables::forget_calls(const ap_process_event& process) const {
    const int map = bpf_map__fd(tables_.windows);
    const auto gone = keys_of<ap_tls_caller>(tables_.windows, [&process](const ap_tls_caller& caller) {
        return caller.tgid == process.tgid && (caller.owner & AP_CALLER_GO) != 0;
    });
    std::vector<std::byte> window(bpf_map__value_size(tables_.windows));
    for (const ap_tls_caller& one : gone) {
        std::uint64_t opened_ns = 0;
        if (bpf_map_lookup_elem(map, &one, window.data()) != 0) continue;
        std::memcpy(&opened_ns, window.data(), sizeof(opened_ns));
        if (opened_ns < process.header.ts_ns) bpf_map_delete_elem(map, &one);
    }
}

void KernelTables::tell_connections(std::uint64_t now_ns, const OnEnd& on_end) const {
    for_each_key<std::uint64_t>(tables_.connections, [&](std::uint64_t sock) {
        ap_connection state{};
        if (look_up(tables_.connections, sock, state)) emit(conn_end_of(sock, state, now_ns), on_end);
    });
}

void KernelTables::tell_sessions(std::uint64_t now_ns, const OnEnd& on_end) const {
    for_each_key<ap_tls_key>(tables_.sessions, [&](const ap_tls_key& key) {
        ap_tls_session state{};
        if (!look_up(tables_.sessions, key, state)) return;
        emit(tls_end_of(key, state, now_ns, (state.flags & AP_SESSION_ENDED) != 0 ? 0 : AP_END_LIVE), on_end);
    });
}

void KernelTables::tell_datagrams(std::uint64_t now_ns, const OnEnd& on_end) const {
    for_each_key<std::uint32_t>(tables_.udp, [&](std::uint32_t pid) {
        ap_udp udp{};
        if (!look_up(tables_.udp, pid, udp)) return;
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
        if (bpf_map_lookup_elem(bpf_map__fd(tables_.losses), &cause, per_cpu.data()) != 0) continue;
        for (const std::uint64_t n : per_cpu)
            total[cause] += n;
    }
    return total;
}

}  // namespace apiarist::capture
