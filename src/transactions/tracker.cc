// SPDX-License-Identifier: Apache-2.0
#include "transactions/tracker.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace apiarist::transactions {
namespace {

constexpr std::size_t kMaxNames = 65536;

Address local_of(const ap_endpoints& ends) {
    Address address{ends.family, ends.local_port, {}};
    std::memcpy(address.bytes.data(), ends.local_address, 16);
    return address;
}

Address remote_of(const ap_endpoints& ends) {
    Address address{ends.family, ends.remote_port, {}};
    std::memcpy(address.bytes.data(), ends.remote_address, 16);
    return address;
}

bool is_closed(ap_u32 flags) {
    return (flags & (AP_END_LIVE | AP_END_SHED)) == 0;
}

template <typename End>
std::array<std::uint32_t, 2> lost_of(const End& end) {
    return {static_cast<std::uint32_t>(end.read.lost), static_cast<std::uint32_t>(end.write.lost)};
}

void add_counts(Ledger& ledger, const ap_byte_counts& bytes, Count first) {
    const std::uint64_t values[] = {bytes.passed,     bytes.copied, bytes.unknown, bytes.not_http, bytes.http2,
                                    bytes.ciphertext, bytes.opaque, bytes.skipped, bytes.shed,     bytes.lost};
    auto index = static_cast<std::size_t>(first);
    for (const std::uint64_t value : values)
        ledger.add(static_cast<Count>(index++), value);
}

}  // namespace

Tracker::Tracker(const TrackerOptions& options, Ledger& ledger, TransactionSink& sink, OnMark on_mark)
    : options_(options),
      ledger_(ledger),
      sink_(sink),
      on_mark_(std::move(on_mark)),
      table_(options.limits, ledger,
             [this](Kind kind, std::uint64_t key, std::uint64_t inode) { return surroundings(kind, key, inode); }) {}

void Tracker::on_record(std::span<const std::byte> record) {
    const auto event = events::decode(record);
    ledger_.add(Count::kEvents);
    if (!event) {
        ledger_.add(Count::kEventsInvalid);
        return;
    }
    std::visit(
        [this](const auto& one) {
            if constexpr (requires { one.head.header; }) {
                last_event_ns_ = std::max(last_event_ns_, std::uint64_t{one.head.header.ts_ns});
            } else {
                last_event_ns_ = std::max(last_event_ns_, std::uint64_t{one.header.ts_ns});
            }
            // Before the event, by its own time, so that a replay decides as the run did.
            settle(last_event_ns_);
            on(one);
        },
        *event);
}

std::string Tracker::process_name(std::uint32_t tgid) const {
    const auto found = names_.find(tgid);
    return found == names_.end() ? std::string{} : found->second;
}

std::string Tracker::library_name(std::uint32_t number) const {
    if (const auto found = libraries_.find(number); found != libraries_.end()) return found->second;
    // The kernel cannot tell which library called (before 5.15): sure only when there is one.
    return libraries_.size() == 1 ? libraries_.begin()->second : "OpenSSL";
}

Surroundings Tracker::surroundings(Kind, std::uint64_t key, std::uint64_t inode) {
    return Surroundings{options_.connection, ledger_, sink_, [this](std::uint32_t tgid) { return process_name(tgid); },
                        [this, key, inode](const Wish& wish) {
                            ap_mark mark{};
                            mark.inode = inode;
                            mark.not_http = wish.not_http ? 1 : 0;
                            for (const unsigned direction : {0U, 1U}) {
                                mark.skipping[direction] = wish.skip_until[direction] ? 1 : 0;
                                mark.skip_until[direction] = wish.skip_until[direction].value_or(0);
                            }
                            on_mark_(key, mark);
                        }};
}

void Tracker::after(std::uint64_t key, ConnectionTable::Entry& entry) {
    if (entry.connection->restless()) restless_.insert(key);
    table_.account(entry);
}

void Tracker::on(const events::DataView& data) {
    const bool tls = data.head.session != 0;
    const Kind kind = tls ? Kind::kSession : Kind::kSocket;
    const std::uint64_t key = tls ? data.head.session : data.head.conn.sock;
    ConnectionTable::Entry* entry = table_.find(kind, key);
    // Its opening was lost or belongs to another connection at this address, or it may not be followed.
    const bool known = entry != nullptr && (tls || entry->inode == data.head.conn.inode);
    Connection* connection = known ? table_.wake(kind, key, *entry, data) : nullptr;
    if (connection == nullptr) {
        const bool tunnel = known && entry->resting->tunnel;
        const Count passing = data.bytes.empty() ? Count::kBytesWithoutContent : Count::kBytesTunnelled;
        ledger_.add(tunnel ? passing : Count::kBytesDropped, data.head.size);
        return;
    }
    connection->on_data(data);
    after(key, *entry);
}

void Tracker::on(const ap_conn_open& open) {
    const ConnectionTable::Entry* known = table_.find(Kind::kSocket, open.conn.sock);
    const bool same = known != nullptr && known->inode == open.conn.inode;
    const bool resumed = (open.flags & AP_CONN_RESUMED) != 0;
    if (same && !resumed) return;  // two threads announced it at once
    // One that is replaced ended without a word of what it lost last.
    if (known != nullptr) end(Kind::kSocket, open.conn.sock, {}, open.header.ts_ns);
    ConnectionStart start;
    start.local = local_of(open.ends);
    start.remote = remote_of(open.ends);
    start.position = {open.read_position, open.write_position};
    const bool from_start = (open.flags & AP_CONN_FROM_START) != 0;
    // The side that opened the connection has its SYN among what was acknowledged, the other has not (tried: connect,
    // accept, Fast Open, a socket connected to itself). Nothing that a socket keeps tells which side it is, so one byte
    // cannot be told from none where the connection was accepted. That harms nobody: a server writes no byte before it
    // has read a request, and then read_before is not 0; a client that accepted its connection would have to have
    // written the first letter of its first request alone, just before we looked.
    start.from_start = {from_start || open.read_before == 0, from_start || open.write_before <= 1};
    start.start_known = (open.flags & AP_CONN_COUNTED) == 0;
    // Another protocol on top of TCP could only be one that hides as much; the kernel has no other for HTTP.
    if ((open.flags & AP_CONN_KTLS) != 0) start.tls = "kTLS";
    start.http2 = (open.flags & AP_CONN_HTTP2) != 0;
    table_.open(Kind::kSocket, open.conn.sock, open.conn.inode, std::move(start), open.header.ts_ns);
    if (!same) ledger_.add(Count::kConnections);
}

void Tracker::on(const ap_side_end& side_end) {
    const bool tls = side_end.session != 0;
    const std::uint64_t key = tls ? side_end.session : side_end.conn.sock;
    ConnectionTable::Entry* entry = table_.find(tls ? Kind::kSession : Kind::kSocket, key);
    if (entry == nullptr || (!tls && entry->inode != side_end.conn.inode)) return;
    if (!entry->connection) return;  // at rest, so nothing was under way
    entry->connection->on_side_end(side_end.direction, side_end.position, side_end.header.ts_ns);
    after(key, *entry);
}

void Tracker::on(const ap_conn_end& conn_end) {
    add_counts(ledger_, conn_end.read, Count::kSocketPassed);
    add_counts(ledger_, conn_end.write, Count::kSocketPassed);
    if (const auto* entry = table_.find(Kind::kSocket, conn_end.conn.sock);
        entry != nullptr && entry->inode == conn_end.conn.inode)
        end(Kind::kSocket, conn_end.conn.sock, {.closed = is_closed(conn_end.flags), .lost = lost_of(conn_end)},
            conn_end.header.ts_ns);
}

void Tracker::on(const ap_tls_open& open) {
    ConnectionTable::Entry* known = table_.find(Kind::kSession, open.session);
    const bool resumed = (open.flags & AP_TLS_RESUMED) != 0;
    if (known != nullptr && !resumed) {
        if (known->connection) known->connection->set_addresses(local_of(open.ends), remote_of(open.ends));
        if (!known->resting) return;
        known->resting->local = local_of(open.ends);
        known->resting->remote = remote_of(open.ends);
        return;
    }
    if (known != nullptr) end(Kind::kSession, open.session, {}, open.header.ts_ns);
    ConnectionStart start;
    start.local = local_of(open.ends);
    start.remote = remote_of(open.ends);
    start.tls = library_name(open.library);
    start.narrow_positions = false;
    start.position = {open.read_position, open.write_position};
    const bool from_start = (open.flags & AP_TLS_FROM_START) != 0;
    start.from_start = {from_start && open.read_position == 0, from_start && open.write_position == 0};
    start.http2 = (open.flags & AP_TLS_HTTP2) != 0;
    table_.open(Kind::kSession, open.session, 0, std::move(start), open.header.ts_ns);
    if (known == nullptr) ledger_.add(Count::kTlsSessions);
}

void Tracker::on(const ap_tls_end& tls_end) {
    add_counts(ledger_, tls_end.read, Count::kTlsPassed);
    add_counts(ledger_, tls_end.write, Count::kTlsPassed);
    end(Kind::kSession, tls_end.session, {.closed = is_closed(tls_end.flags), .lost = lost_of(tls_end)},
        tls_end.header.ts_ns);
}

void Tracker::on(const ap_process_event& process) {
    if (process.kind == AP_PROCESS_EXIT) return;
    if (process.kind != AP_PROCESS_EXEC) ledger_.add(Count::kProcesses);
    if (names_.size() >= kMaxNames) names_.clear();
    names_[process.tgid] = process.comm;
}

void Tracker::on(const ap_datagrams& datagrams) {
    const ap_datagram_counts& bytes = datagrams.bytes;
    ledger_.add(Count::kUdpQuic, bytes.quic[AP_READ] + bytes.quic[AP_WRITE]);
    ledger_.add(Count::kUdpOther, bytes.other[AP_READ] + bytes.other[AP_WRITE]);
}

void Tracker::on(const ap_library& library) {
    libraries_[library.library] = library.version;
}

void Tracker::on(const ap_loss& loss) {
    auto index = static_cast<std::size_t>(Count::kLossRingFullRecords);
    for (const ap_u64 n : loss.count)
        ledger_.add(static_cast<Count>(index++), n);
}

void Tracker::end(Kind kind, std::uint64_t key, const ConnectionEnd& how, std::uint64_t time_ns) {
    ConnectionTable::Entry* entry = table_.find(kind, key);
    if (entry == nullptr) return;
    if (entry->connection) {
        entry->connection->finish(how, time_ns);
    }
    // The kernel's own end may have been before the word was written.
    if (entry->connection ? entry->connection->wishes() : entry->resting->tunnel) on_mark_(key, ap_mark{});
    table_.erase(kind, key);
    restless_.erase(key);
}

void Tracker::settle(std::uint64_t now_ns) {
    table_.tick(now_ns);
    std::vector<std::uint64_t> quiet;
    for (const std::uint64_t key : restless_) {
        bool restless = false;
        for (const Kind kind : {Kind::kSocket, Kind::kSession}) {
            ConnectionTable::Entry* entry = table_.find(kind, key);
            if (entry == nullptr || !entry->connection) continue;
            entry->connection->settle(now_ns);
            restless |= entry->connection->restless();
            table_.account(*entry);
        }
        if (!restless) quiet.push_back(key);
    }
    for (const std::uint64_t key : quiet)
        restless_.erase(key);
}

void Tracker::finish() {
    table_.each([this](ConnectionTable::Entry& entry) {
        if (entry.connection) entry.connection->finish({}, last_event_ns_);
    });
    table_.clear();
    restless_.clear();
}

}  // namespace apiarist::transactions
