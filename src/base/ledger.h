// SPDX-License-Identifier: Apache-2.0
#pragma once
// The ledger: every byte, message and record that came in is in exactly one of these counters. One table names them
// all; metrics, the summary at exit and the JSON file render it, so no counter lives twice.
//
// One Ledger per worker, written by that worker alone; read by any thread (relaxed atomics, so a snapshot taken while
// workers run may be a moment out of step with itself; after the drain it adds up exactly).

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace apiarist {

enum class Count : std::size_t {
    // Bytes of sockets that carry a stream, from the kernel's own counts. passed = the nine that follow.
    kSocketPassed,
    kSocketCopied,
    kSocketUnknown,
    kSocketNotHttp,
    kSocketHttp2,
    kSocketCiphertext,
    kSocketOpaque,
    kSocketSkipped,
    kSocketShed,
    kSocketLost,
    // TLS plaintext bytes, likewise.
    kTlsPassed,
    kTlsCopied,
    kTlsUnknown,
    kTlsNotHttp,
    kTlsHttp2,
    kTlsCiphertext,
    kTlsOpaque,
    kTlsSkipped,
    kTlsShed,
    kTlsLost,
    // What became of copied bytes (socket and TLS together). copied = these.
    kBytesParsed,
    kBytesUnattributed,
    kBytesTunnelled,
    kBytesWithoutContent,  // lengths: sendfile, limits, copy faults
    kBytesDuplicate,
    kBytesDropped,  // by a budget of the worker
    // Messages.
    kRequests,
    kResponses,
    kPaired,
    kUnanswered,
    kOrphanResponses,
    kMalformed,
    kLostPlace,
    kOpenRecords,   // beside the sums: records of responses that went on; each has another one at its end
    kUnidentified,  // beside the sums: exchanges whose method, path, status or direction is not known
    // WebSocket. messages = events.
    kWebsocketMessages,
    kWebsocketEvents,
    kWebsocketIncomplete,  // beside the sums: of these, not whole or not decoded
    kWebsocketPings,       // beside the sums: pings and pongs, which are in no record
    // Records. records = filtered + delivered + queued + dropped, each filter and cause by itself.
    kRecords,
    kRecordsIncomplete,  // of these: `capture` is not "complete"
    kFilteredEgress,
    kFilteredEnvoy,
    kFilteredPort,
    kFilteredCloudMetadata,
    kFilteredIpHost,
    kFilteredHeader,
    kFilteredHeaderValue,
    kFilteredSample,
    kFilteredBandwidth,
    kRecordsDelivered,
    kRecordsQueued,
    kDroppedQueueFull,
    kDroppedTooLarge,
    kDroppedFailed,
    kRedactedValues,  // beside the sums: values in records, replaced by marks
    // Bytes of UDP sockets, which are not read.
    kUdpQuic,
    kUdpOther,
    // Events out of the rings.
    kEvents,
    kEventsInvalid,
    kGaps,
    kReordered,
    kEarlyResponses,
    kConnections,
    kTlsSessions,
    kConnectionsRested,
    kConnectionsRefused,
    kConnectionsGivenUp,
    kBodiesReleased,
    kProcesses,
    // Causes of loss, counted by the kernel programs (bpf/abi.h, AP_LOSS_*), in their order.
    kLossRingFullRecords,
    kLossRingFullBytes,
    kLossConnectionTableFull,
    kLossProcessTableFull,
    kLossTlsTableFull,
    kLossCopyFaultBytes,
    kLossCompatCalls,
    kLossEmptySlotCalls,
    kLossNestedTls,
    kLossConnectionTableFullBytes,
    kLossShed,
    kLossUnreadCalls,
    kEnd,
};

struct CountInfo {
    Count count;
    std::string_view name;  // snake_case, as in JSON and metrics
    std::string_view help;
};

[[nodiscard]] const std::vector<CountInfo>& count_table();

using LedgerSnapshot = std::array<std::uint64_t, static_cast<std::size_t>(Count::kEnd)>;

class Ledger {
  public:
    void add(Count count, std::uint64_t n = 1) {
        auto& cell = cells_[static_cast<std::size_t>(count)];
        cell.store(cell.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    void set(Count count, std::uint64_t n) {
        cells_[static_cast<std::size_t>(count)].store(n, std::memory_order_relaxed);
    }
    void add_to(LedgerSnapshot& total) const;

  private:
    std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Count::kEnd)> cells_{};
};

[[nodiscard]] inline std::uint64_t at(const LedgerSnapshot& snapshot, Count count) {
    return snapshot[static_cast<std::size_t>(count)];
}

struct SeenBytes {
    std::uint64_t bytes = 0;  // on sockets of traced processes
    std::uint64_t seen = 0;   // of these: HTTP in clear, and TLS records in the share in which their plaintext was HTTP
};
[[nodiscard]] SeenBytes bytes_seen(const LedgerSnapshot& snapshot);

// The equations that must hold after a drain; each one that does not, in words. Empty: the ledger adds up.
[[nodiscard]] std::vector<std::string> ledger_faults(const LedgerSnapshot& snapshot);
[[nodiscard]] std::string ledger_json(const LedgerSnapshot& snapshot);
[[nodiscard]] std::string ledger_summary(const LedgerSnapshot& snapshot);

}  // namespace apiarist
