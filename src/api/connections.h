// SPDX-License-Identifier: Apache-2.0
#pragma once
// The API's own connections to the database: several that read, one that writes. For any thread.

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "store/database.h"

namespace apiarist::api {

class Connections {
  public:
    explicit Connections(store::DatabaseOptions options) : options_(std::move(options)) {}

    // Calls it with a connection that reads. A connection that fails is not used again.
    template <typename T>
    Result<T> read(const std::function<Result<T>(store::Database&)>& ask) {
        auto lease = take();
        if (!lease) return std::move(lease).error();
        Result<T> answer = ask(*lease->database);
        if (answer || !lease->database->lost()) give_back(std::move(*lease));
        return answer;
    }
    // The same with the one that writes; one caller after the other.
    template <typename T>
    Result<T> write(const std::function<Result<T>(store::Database&)>& change) {
        const std::lock_guard lock(writing_);
        if (!writer_) {
            auto opened = store::open_database(options_);
            if (!opened) return std::move(opened).error();
            writer_ = std::move(*opened);
        }
        Result<T> answer = change(*writer_);
        if (writer_->lost()) writer_.reset();
        return answer;
    }

  private:
    // Statements that were prepared stay with a connection, so it is replaced now and then.
    static constexpr unsigned kUses = 1000;
    struct Lease {
        std::unique_ptr<store::Database> database;
        unsigned uses = 0;
    };
    Result<Lease> take();
    void give_back(Lease lease);

    const store::DatabaseOptions options_;
    std::mutex mutex_;
    std::vector<Lease> idle_;  // guarded by mutex_
    std::mutex writing_;
    std::unique_ptr<store::Database> writer_;  // guarded by writing_
};

}  // namespace apiarist::api
