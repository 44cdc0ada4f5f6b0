// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and fuzzers only. Channel makes the records (bpf/abi.h) of one socket or TLS session as the kernel programs
// would, with positions and with byte counts that agree; Rig is a tracker with its surroundings that keeps what leaves.

#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ledger.h"
#include "events/event.h"
#include "transactions/tracker.h"

namespace apiarist::transactions::testing {

using Record = std::vector<std::byte>;

template <typename Fixed>
[[nodiscard]] Record record_of(const Fixed& fixed, std::string_view bytes = {}) {
    Record record(sizeof(fixed) + bytes.size());
    std::memcpy(record.data(), &fixed, sizeof(fixed));
    if (!bytes.empty()) std::memcpy(record.data() + sizeof(fixed), bytes.data(), bytes.size());
    return record;
}

[[nodiscard]] inline ap_endpoints endpoints(std::uint8_t local_host, std::uint16_t local_port, std::uint8_t remote_host,
                                            std::uint16_t remote_port) {
    ap_endpoints ends{};
    ends.family = 2;  // AF_INET
    ends.local_port = local_port;
    ends.remote_port = remote_port;
    const std::uint8_t local[] = {10, 0, 0, local_host};
    const std::uint8_t remote[] = {10, 0, 0, remote_host};
    std::memcpy(ends.local_address, local, sizeof(local));
    std::memcpy(ends.remote_address, remote, sizeof(remote));
    return ends;
}

struct ChannelOptions {
    std::uint64_t sock = 0xffff0001;
    std::uint64_t inode = 11;
    std::uint64_t session = 0;                       // not 0: a TLS session
    std::array<std::uint64_t, 2> start{1000, 5000};  // position of the first byte, by direction; TLS: 0 is usual
    std::array<std::uint64_t, 2> before{};           // bytes that passed before the opening
    std::uint32_t flags = 0;                         // AP_CONN_*
    std::uint32_t tgid = 41;
    std::uint32_t fd = 7;
    std::uint32_t library = 1;
    bool counted = false;  // positions are not TCP's
    ap_endpoints ends = endpoints(1, 80, 2, 40000);
};

class Channel {
  public:
    explicit Channel(const ChannelOptions& with = {}) : options(with) {}

    [[nodiscard]] Record open() const { return options.session == 0 ? conn_open() : tls_open(options.ends); }
    [[nodiscard]] Record tls_open(const ap_endpoints& ends) const {
        ap_tls_open record{};
        record.header = events::header_of<ap_tls_open>(AP_EVENT_TLS_OPEN, now_ns);
        record.session = options.session;
        record.conn = id();
        record.tgid = options.tgid;
        record.library = options.library;
        record.flags = options.before[0] + options.before[1] == 0 ? AP_TLS_FROM_START : 0;
        record.ends = ends;
        record.read_position = options.start[AP_READ];
        record.write_position = options.start[AP_WRITE];
        return record_of(record);
    }

    // A call's bytes (or a further piece of a call: flags 0), the next of their direction.
    [[nodiscard]] Record bytes(unsigned direction, std::string_view text, std::uint32_t flags = AP_DATA_CALL_START) {
        const std::uint64_t at = std::exchange(offset_[direction], offset_[direction] + text.size());
        return bytes_at(direction, at, text, flags);
    }
    // Bytes at an offset from the first byte, whatever came before.
    [[nodiscard]] Record bytes_at(unsigned direction, std::uint64_t offset, std::string_view text,
                                  std::uint32_t flags = AP_DATA_CALL_START) {
        ap_data record = data(direction, offset, static_cast<std::uint32_t>(text.size()), flags);
        record.captured = record.size;
        record.header.len += record.captured;
        return record_of(record, text);
    }
    // Bytes that passed without content: AP_DATA_NOT_SEEN, AP_DATA_SKIPPED or AP_DATA_FAULT.
    [[nodiscard]] Record length(unsigned direction, std::uint32_t size, std::uint32_t flags) {
        const std::uint64_t at = std::exchange(offset_[direction], offset_[direction] + size);
        return length_at(direction, at, size, flags);
    }
    [[nodiscard]] Record length_at(unsigned direction, std::uint64_t offset, std::uint32_t size, std::uint32_t flags) {
        return record_of(data(direction, offset, size, flags));
    }
    // No room in the ring; `told`: later records say so.
    void lose(unsigned direction, std::uint64_t size, bool told = true) {
        offset_[direction] += size;
        count_lost(direction, size, told);
    }
    void count_lost(unsigned direction, std::uint64_t size, bool told) {
        counts_[direction].passed += size;
        counts_[direction].lost += size;
        if (told) lost_[direction] += static_cast<std::uint32_t>(size);
    }
    // Left out by the mark.
    void skip(unsigned direction, std::uint64_t size) {
        offset_[direction] += size;
        counts_[direction].passed += size;
        counts_[direction].skipped += size;
    }
    // Left out under overload; resumed() is the record behind it.
    void shed(unsigned direction, std::uint64_t size) {
        offset_[direction] += size;
        counts_[direction].passed += size;
        counts_[direction].shed += size;
    }
    [[nodiscard]] Record resumed() const {
        Record record = open();
        if (options.session == 0) {
            auto* open = reinterpret_cast<ap_conn_open*>(record.data());
            open->flags |= AP_CONN_RESUMED;
            open->read_position = static_cast<ap_u32>(position(AP_READ, offset_[AP_READ]));
            open->write_position = static_cast<ap_u32>(position(AP_WRITE, offset_[AP_WRITE]));
            open->read_before += offset_[AP_READ];
            open->write_before += offset_[AP_WRITE];
        } else {
            auto* open = reinterpret_cast<ap_tls_open*>(record.data());
            open->flags |= AP_TLS_RESUMED;
            open->read_position = position(AP_READ, offset_[AP_READ]);
            open->write_position = position(AP_WRITE, offset_[AP_WRITE]);
        }
        return record;
    }
    [[nodiscard]] Record side_end(unsigned direction) const { return side_end_at(direction, offset_[direction]); }
    [[nodiscard]] Record side_end_at(unsigned direction, std::uint64_t offset) const {
        ap_side_end record{};
        record.header = events::header_of<ap_side_end>(AP_EVENT_SIDE_END, now_ns);
        record.conn = id();
        record.session = options.session;
        record.position = position(direction, offset);
        record.direction = direction;
        return record_of(record);
    }
    [[nodiscard]] Record end(std::uint32_t flags = 0) const {
        return options.session == 0 ? conn_end(flags | end_flags) : tls_end(flags | end_flags);
    }

    // What it says of how it ended, as AP_END_SHED.
    std::uint32_t end_flags = 0;
    ChannelOptions options;
    std::uint64_t now_ns = 1'000'000'000;
    std::uint64_t step_ns = 1000;      // between two data records
    std::uint32_t tid = options.tgid;  // of the calls to come

  private:
    [[nodiscard]] ap_conn_id id() const { return {options.sock, options.inode}; }
    [[nodiscard]] std::uint64_t position(unsigned direction, std::uint64_t offset) const {
        const std::uint64_t wide = options.start[direction] + offset;
        return options.session == 0 ? wide & 0xffffffffU : wide;
    }
    [[nodiscard]] ap_data data(unsigned direction, std::uint64_t offset, std::uint32_t size, std::uint32_t flags) {
        now_ns += step_ns;
        ap_data record{};
        record.header = events::header_of<ap_data>(AP_EVENT_DATA, now_ns);
        record.conn = id();
        record.session = options.session;
        record.position = position(direction, offset);
        record.size = size;
        record.lost = lost_[direction];
        record.tgid = options.tgid;
        record.tid = tid;
        record.fd = options.fd;
        record.direction = static_cast<ap_u8>(direction);
        record.flags = flags;
        counts_[direction].passed += size;
        counts_[direction].copied += size;
        return record;
    }
    [[nodiscard]] Record conn_open() const {
        ap_conn_open record{};
        record.header = events::header_of<ap_conn_open>(AP_EVENT_CONN_OPEN, now_ns);
        record.conn = id();
        record.tgid = options.tgid;
        record.flags = options.flags | (options.counted ? AP_CONN_COUNTED : 0U);
        record.ends = options.ends;
        record.read_position = static_cast<ap_u32>(options.start[AP_READ]);
        record.write_position = static_cast<ap_u32>(options.start[AP_WRITE]);
        record.read_before = options.before[AP_READ];
        record.write_before = options.before[AP_WRITE];
        return record_of(record);
    }
    [[nodiscard]] Record conn_end(std::uint32_t flags) const {
        ap_conn_end record{};
        record.header = events::header_of<ap_conn_end>(AP_EVENT_CONN_END, now_ns);
        record.conn = id();
        record.flags = flags;
        record.announced = 1;
        record.protocol = AP_CLASS_HTTP1;
        record.read = counts_[AP_READ];
        record.write = counts_[AP_WRITE];
        return record_of(record);
    }
    [[nodiscard]] Record tls_end(std::uint32_t flags) const {
        ap_tls_end record{};
        record.header = events::header_of<ap_tls_end>(AP_EVENT_TLS_END, now_ns);
        record.session = options.session;
        record.flags = flags;
        record.read = counts_[AP_READ];
        record.write = counts_[AP_WRITE];
        return record_of(record);
    }

    std::array<std::uint64_t, 2> offset_{};
    std::array<std::uint32_t, 2> lost_{};
    std::array<ap_byte_counts, 2> counts_{};
};

[[nodiscard]] inline Record process(std::uint32_t tgid, std::string_view name, std::uint32_t kind = AP_PROCESS_SEEN) {
    ap_process_event record{};
    record.header = events::header_of<ap_process_event>(AP_EVENT_PROCESS, 1);
    record.tgid = tgid;
    record.kind = kind;
    std::memcpy(record.comm, name.data(), std::min(name.size(), sizeof(record.comm) - 1));
    return record_of(record);
}

[[nodiscard]] inline Record library(std::uint32_t number, std::string_view version) {
    ap_library record{};
    record.header = events::header_of<ap_library>(AP_EVENT_LIBRARY, 1);
    record.library = number;
    record.state = AP_LIBRARY_PROBED;
    std::memcpy(record.version, version.data(), std::min(version.size(), sizeof(record.version) - 1));
    return record_of(record);
}

// "POST /a [ping] -> 200 [pong] complete"; without a response "-> nothing".
[[nodiscard]] inline std::string to_text(const Transaction& transaction) {
    std::string text =
        transaction.request.method + ' ' + transaction.request.target + " [" + transaction.request.body + "] -> ";
    if (transaction.response) {
        text += std::to_string(transaction.response->status) + " [" + transaction.response->body + "] ";
    } else {
        text += "nothing ";
    }
    return text + capture_text(transaction.capture);
}

class Rig final : public TransactionSink {
  public:
    explicit Rig(const ConnectionOptions& options = {}, const TableLimits& limits = {})
        : tracker({options, limits}, ledger, *this,
                  [this](std::uint64_t key, const ap_mark& mark) { marks.emplace_back(key, mark); }) {}

    void on_transaction(Transaction transaction) override {
        texts.push_back(to_text(transaction));
        transactions.push_back(std::move(transaction));
    }
    Rig& feed(const Record& record) {
        tracker.on_record(record);
        return *this;
    }
    // The equations of the ledger that do not hold once everything has left.
    [[nodiscard]] std::vector<std::string> finish() {
        tracker.finish();
        return ledger_faults(snapshot());
    }
    [[nodiscard]] LedgerSnapshot snapshot() const {
        LedgerSnapshot total{};
        ledger.add_to(total);
        return total;
    }
    [[nodiscard]] std::uint64_t count(Count what) const { return at(snapshot(), what); }

    Ledger ledger;
    std::vector<Transaction> transactions;
    std::vector<std::string> texts;
    std::vector<std::pair<std::uint64_t, ap_mark>> marks;
    Tracker tracker;
};

}  // namespace apiarist::transactions::testing
