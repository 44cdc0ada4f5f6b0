// SPDX-License-Identifier: Apache-2.0
#pragma once
// The reference's MongoDB (AKTO_MONGO_CONN), by libmongoc: traffic metrics are written to it, the header values that a
// request must have are read from it. A server that is absent or goes away costs a line and a retry, nothing else: what
// was not written is kept and written later. What the server took without being able to say so is written twice.
//
// Database "1000000". Collection traffic_metrics: one document for each client address, host and kind and day,
//   {_id: {ip, host, vxlanID: 0, name, bucketStartEpoch: day, bucketEndEpoch: day + 1}, countMap: {"<hour>": n}}
// with name INCOMING_PACKETS_MIRRORING and OUTGOING_PACKETS_MIRRORING (bytes) and OUTGOING_REQUESTS_MIRRORING (pairs),
// day and hour since 1970. Collection accounts_settings: the field filterHeaderValueMap of its first document.
//
// A thread of its own works at the start, then once a period, and once more at the end.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "policy/header_values.h"
#include "policy/traffic_counts.h"

namespace apiarist::sinks {

struct MongoOptions {
    std::string uri;
    std::uint64_t period_ns = 120'000'000'000;
    std::function<void(const std::string&)> on_trouble;  // from the link's thread; once for each change; may be empty
};

// libmongoc makes a file of counters in /dev/shm when a program that has it is loaded, and removes it at its end: a
// program that is killed leaves it behind, and a later one with its number warns of it on standard error. Nobody reads
// the counters: called first thing, this takes the file away.
void remove_mongo_counters();

class MongoLink {
  public:
    // Borrows both; they outlive it. An error: the text is no MongoDB address.
    static Result<std::unique_ptr<MongoLink>> make(const MongoOptions& options, policy::TrafficCounts& counts,
                                                   policy::HeaderValues& values);
    ~MongoLink();
    MongoLink(const MongoLink&) = delete;
    MongoLink& operator=(const MongoLink&) = delete;

    // Writes what was counted since, if the server answers at once.
    void finish();

  private:
    struct Client;
    MongoLink(const MongoOptions& options, policy::TrafficCounts& counts, policy::HeaderValues& values);
    void run();
    void work();
    Status write(const std::vector<policy::TrafficRow>& rows);
    Status read();

    const MongoOptions options_;
    policy::TrafficCounts& counts_;
    policy::HeaderValues& values_;
    std::unique_ptr<Client> client_;  // of the thread
    std::errc trouble_{};             // of the thread
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stop_ = false;  // guarded by mutex_
    std::thread thread_;
};

}  // namespace apiarist::sinks
