// SPDX-License-Identifier: Apache-2.0
#pragma once
// All conversations of one worker: takes its events in order, keeps the connections and TLS sessions that are alive,
// the names of processes and libraries, and the ledger of bytes. Single-threaded; no I/O, no clock.

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/ledger.h"
#include "events/event.h"
#include "transactions/connection.h"
#include "transactions/connection_table.h"

namespace apiarist::transactions {

// key: a socket's address or a TLS session's number.
using OnMark = std::function<void(std::uint64_t key, const ap_mark& mark)>;

struct TrackerOptions {
    ConnectionOptions connection;
    TableLimits limits;
};

class Tracker {
  public:
    Tracker(const TrackerOptions& options, Ledger& ledger, TransactionSink& sink, OnMark on_mark);

    void on_record(std::span<const std::byte> record);
    // Time passed. `now_ns` on the events' clock.
    void settle(std::uint64_t now_ns);
    // The drain is over: everything that is alive leaves as it is.
    void finish();
    // Gives back `bytes` of what connections hold, if so much can be.
    void relieve(std::uint64_t bytes) { table_.relieve(bytes); }

    [[nodiscard]] std::uint64_t last_event_ns() const { return last_event_ns_; }
    [[nodiscard]] std::size_t connections() const { return table_.size(); }
    [[nodiscard]] const ConnectionTable& table() const { return table_; }

  private:
    void on(const events::DataView& data);
    void on(const ap_conn_open& open);
    void on(const ap_side_end& end);
    void on(const ap_conn_end& end);
    void on(const ap_tls_open& open);
    void on(const ap_tls_end& end);
    void on(const ap_process_event& process);
    void on(const ap_mapped&) {}
    void on(const ap_datagrams& datagrams);
    void on(const ap_library& library);
    void on(const ap_loss& loss);

    void end(Kind kind, std::uint64_t key, const ConnectionEnd& how, std::uint64_t time_ns);
    void after(std::uint64_t key, ConnectionTable::Entry& entry);
    Surroundings surroundings(Kind kind, std::uint64_t key, std::uint64_t inode);
    [[nodiscard]] std::string process_name(std::uint32_t tgid) const;
    [[nodiscard]] std::string library_name(std::uint32_t number) const;

    const TrackerOptions options_;
    Ledger& ledger_;
    TransactionSink& sink_;
    OnMark on_mark_;
    ConnectionTable table_;
    absl::flat_hash_set<std::uint64_t> restless_;  // keys of either kind that wait for time to pass
    absl::flat_hash_map<std::uint32_t, std::string>
        names_;  // by tgid; of ended processes too, until there are too many
    absl::flat_hash_map<std::uint32_t, std::string> libraries_;
    std::uint64_t last_event_ns_ = 0;
};

}  // namespace apiarist::transactions
