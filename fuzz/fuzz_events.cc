// SPDX-License-Identifier: Apache-2.0
// Hostile records, from decode to transactions. Input: records one after another, each behind a length of two bytes
// (little-endian); a byte of 0xff there asks for a settle() instead. To let the fuzzer come far, a record that begins
// with a type and no version gets a header that fits (Mended); the rest is as it stands. Checked: no crash, no record
// that lies beyond its bytes, every request and response is booked exactly once, every data byte is booked exactly
// once, and every transaction that leaves is counted.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "base/ledger.h"
#include "events/event.h"
#include "transactions/tracker.h"

namespace {

using namespace apiarist;

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

class Counting final : public transactions::TransactionSink {
  public:
    void on_transaction(transactions::Transaction transaction) override {
        events += transaction.events.size();
        if (transaction.events.empty()) ++(transaction.response ? paired : unanswered);
        (void)transaction.local.to_string();
        (void)transaction.remote.to_string();
        check(!transactions::capture_text(transaction.capture).empty(), "a record says how whole it is");
        check(transaction.response || (transaction.capture & transactions::kUnanswered) != 0, "no response is flagged");
    }
    std::uint64_t paired = 0;
    std::uint64_t unanswered = 0;
    std::uint64_t events = 0;
};

std::uint32_t size_of(std::uint16_t type, std::size_t given) {
    switch (type) {
        case AP_EVENT_DATA:
            return static_cast<std::uint32_t>(std::max(given, sizeof(ap_data)));
        case AP_EVENT_CONN_OPEN:
            return sizeof(ap_conn_open);
        case AP_EVENT_SIDE_END:
            return sizeof(ap_side_end);
        case AP_EVENT_CONN_END:
            return sizeof(ap_conn_end);
        case AP_EVENT_TLS_OPEN:
            return sizeof(ap_tls_open);
        case AP_EVENT_TLS_END:
            return sizeof(ap_tls_end);
        case AP_EVENT_PROCESS:
            return sizeof(ap_process_event);
        case AP_EVENT_DATAGRAMS:
            return sizeof(ap_datagrams);
        case AP_EVENT_MAPPED:
            return sizeof(ap_mapped);
        case AP_EVENT_LIBRARY:
            return sizeof(ap_library);
        case AP_EVENT_LOSS:
            return sizeof(ap_loss);
        default:
            return sizeof(ap_header);
    }
}

class Mender {
  public:
    void mend(std::vector<std::byte>& record) {
        ap_header header{};
        if (record.size() < sizeof(header)) record.resize(sizeof(header));
        std::memcpy(&header, record.data(), sizeof(header));
        if (header.version != 0) return;
        header.type = static_cast<ap_u16>(1 + header.type % AP_EVENT_DATAGRAMS);
        header.version = AP_ABI_VERSION;
        header.len = size_of(header.type, record.size());
        record.resize(header.len);
        std::memcpy(record.data(), &header, sizeof(header));
        if (header.type == AP_EVENT_DATA) change<ap_data>(record, [this](ap_data& data) { mend_data(data); });
        if (header.type == AP_EVENT_CONN_OPEN)
            change<ap_conn_open>(record, [this](ap_conn_open& open) { mend_open(open); });
        if (header.type == AP_EVENT_SIDE_END) change<ap_side_end>(record, [this](ap_side_end& end) { mend_end(end); });
        if (header.type == AP_EVENT_CONN_END)
            change<ap_conn_end>(record, [](ap_conn_end& end) { end.conn = few(end.conn); });
        if (header.type == AP_EVENT_TLS_OPEN)
            change<ap_tls_open>(record, [this](ap_tls_open& open) { mend_open(open); });
        if (header.type == AP_EVENT_TLS_END)
            change<ap_tls_end>(record, [](ap_tls_end& end) { end.session = 1 + end.session % 2; });
    }

  private:
    template <typename Record, typename Change>
    static void change(std::vector<std::byte>& bytes, Change make) {
        Record record;
        std::memcpy(&record, bytes.data(), sizeof(record));
        make(record);
        std::memcpy(bytes.data(), &record, sizeof(record));
    }

    static ap_conn_id few(const ap_conn_id& conn) { return {conn.sock % 2, conn.inode % 2}; }

    // Where the next byte of a direction stands; four streams in all.
    std::uint64_t& next(std::uint64_t session, const ap_conn_id& conn, unsigned direction) {
        return next_[(session == 0 ? conn.sock : 1 + session) * 2 + (direction & 1)];
    }

    void mend_data(ap_data& data) {
        data.conn = few(data.conn);
        data.session %= 3;
        data.direction &= 1;
        data.captured = data.size = data.header.len - static_cast<ap_u32>(sizeof(data));
        if (data.size == 0) {
            data.size = 1 + data.tid % 4096;
            data.flags |= AP_DATA_NOT_SEEN;
        } else {
            data.flags &= ~static_cast<ap_u32>(AP_DATA_NOT_SEEN | AP_DATA_SKIPPED | AP_DATA_FAULT);
        }
        // Mostly the next; else a little before or behind it.
        std::uint64_t& place = next(data.session, data.conn, data.direction);
        const auto off = static_cast<std::int8_t>(data.position & 0xff);
        data.position = place + static_cast<std::uint64_t>(static_cast<std::int64_t>(off));
        place = data.position + data.size;
    }

    void mend_open(ap_conn_open& open) {
        open.conn = few(open.conn);
        open.read_before %= 2;
        open.write_before %= 3;
        next(0, open.conn, AP_READ) = open.read_position;
        next(0, open.conn, AP_WRITE) = open.write_position;
    }

    void mend_open(ap_tls_open& open) {
        open.session = 1 + open.session % 2;
        next(open.session, {}, AP_READ) = open.read_position;
        next(open.session, {}, AP_WRITE) = open.write_position;
    }

    void mend_end(ap_side_end& end) {
        end.conn = few(end.conn);
        const auto off = static_cast<std::int8_t>(end.position & 0xff);
        end.position =
            static_cast<ap_u32>(next(0, end.conn, end.direction) + static_cast<std::uint64_t>(std::int64_t{off}));
    }

    std::uint64_t next_[8] = {};
};

std::uint64_t sum(const LedgerSnapshot& ledger, Count first, Count last) {
    std::uint64_t total = 0;
    for (auto i = static_cast<std::size_t>(first); i <= static_cast<std::size_t>(last); ++i)
        total += ledger[i];
    return total;
}

void check_ledger(const LedgerSnapshot& ledger, const Counting& sink, std::uint64_t data_bytes) {
    check(at(ledger, Count::kRequests) == at(ledger, Count::kPaired) + at(ledger, Count::kUnanswered),
          "requests = paired + unanswered");
    check(at(ledger, Count::kResponses) == at(ledger, Count::kPaired) + at(ledger, Count::kOrphanResponses),
          "responses = paired + orphans");
    check(sum(ledger, Count::kBytesParsed, Count::kBytesDropped) == data_bytes, "every data byte is booked once");
    check(sink.paired == at(ledger, Count::kPaired), "every pair leaves");
    check(sink.events == at(ledger, Count::kWebsocketMessages), "every message on a WebSocket leaves");
    check(sink.unanswered <= at(ledger, Count::kUnanswered), "no more unanswered requests leave than are counted");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    Ledger ledger;
    Counting sink;
    transactions::ConnectionOptions options;
    options.http1.body = 256;
    options.decoded_body = 256;
    options.skip_from = 64;
    options.websocket = {.payload = 256, .inflated = 4096, .search = 512};
    options.websocket_events = 3;
    options.stream.held_bytes = 4096;
    options.stream.held_pieces = 8;
    // Small enough to be reached: connections rest, are refused, and give up bodies.
    const transactions::TableLimits limits{.held_bytes = 16 << 10, .awake = 3, .inactivity_ns = 1'000'000};
    transactions::Tracker tracker({options, limits}, ledger, sink, [](std::uint64_t, const ap_mark&) {});
    std::uint64_t data_bytes = 0;
    Mender mender;
    for (std::size_t at = 0; at + 2 <= size;) {
        const std::size_t wanted = input[at] | std::size_t{input[at + 1]} << 8;
        at += 2;
        if (wanted >= 0xff00) {
            tracker.settle(tracker.last_event_ns() + (wanted & 0xff) * 10'000'000);
            continue;
        }
        const std::size_t n = std::min(wanted, size - at);
        const auto* bytes = reinterpret_cast<const std::byte*>(input + at);
        std::vector<std::byte> record(bytes, bytes + n);
        at += n;
        mender.mend(record);
        const auto event = events::decode(record);
        const auto* data = event ? std::get_if<events::DataView>(&*event) : nullptr;
        if (data != nullptr) {
            check(data->bytes.size() == data->head.captured && data->bytes.size() + sizeof(ap_data) <= record.size(),
                  "a view lies within its record");
            data_bytes += data->head.size;
        }
        tracker.on_record(record);
    }
    tracker.finish();
    check(tracker.connections() == 0, "nothing is left after the end");
    LedgerSnapshot total{};
    ledger.add_to(total);
    check_ledger(total, sink, data_bytes);
    return 0;
}
