// SPDX-License-Identifier: Apache-2.0
#pragma once
// Records as they come, for those who look on: from the thread that takes them in to readers that are slower. Nothing
// waits for a reader. Each has a bounded queue, and in sum so many records a second are written for them; what is
// beyond is lost to them, and counted.
//
// Threads: publish() is for one, all else for any. The feed outlives its readers.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/handles.h"
#include "records/record.h"

namespace apiarist::live {

// Empty: whatever it is.
struct Filter {
    std::string collection;  // the name of one
    std::string method;
    std::string search;  // in the target, in any case
    std::string status;  // "succeeded", "2xx", "3xx", "4xx", "5xx", "unanswered"
};
[[nodiscard]] bool is_status(std::string_view text);

struct Limits {
    std::size_t readers = 8;         // at a time
    std::size_t events = 256;        // that wait for a reader
    std::size_t bytes = 4u << 20;    // of these
    std::uint64_t per_second = 200;  // records that are written, for all readers
};

// A record as readers get it.
struct Written {
    std::string target;  // as `json` has it
    std::string json;
};
using Writer = std::function<Written(const records::Record& record)>;

struct Event {
    std::uint64_t lost_before = 0;  // records, since the event before it
    std::string json;
};

struct Taken {
    std::vector<Event> events;
    std::uint64_t lost = 0;  // since the last of them
};

class Feed;

class Reader {
  public:
    ~Reader();  // the feed has room for another then
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    // All that waits. What was lost alone makes no event: who takes now and then hears of it.
    [[nodiscard]] Taken take();
    // Readable while an event waits.
    [[nodiscard]] int fd() const { return waiting_.get(); }

  private:
    friend class Feed;
    Reader(Feed& feed, Filter filter);

    Feed& feed_;
    const Filter filter_;
    const Fd waiting_;
    // Guarded by the feed's mutex_.
    std::deque<Event> queue_;
    std::size_t bytes_ = 0;
    std::uint64_t lost_ = 0;
};

class Feed {
  public:
    explicit Feed(const Limits& limits = {}) : limits_(limits) {}
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;

    // Null: there are as many as may be.
    [[nodiscard]] std::unique_ptr<Reader> subscribe(Filter filter);
    [[nodiscard]] std::size_t readers() const { return count_.load(std::memory_order_relaxed); }
    [[nodiscard]] const Limits& limits() const { return limits_; }

    // Nothing but a look at a number where nobody reads. A record that a reader asked for is written once; `writer` is
    // called before this returns. `now_s`: Unix time.
    void publish(const records::Record& record, std::int64_t now_s, const Writer& writer) {
        if (readers() != 0) offer(record, now_s, writer);
    }

  private:
    friend class Reader;
    void offer(const records::Record& record, std::int64_t now_s, const Writer& writer);
    void put(Reader& reader, const std::string& json) const;

    const Limits limits_;
    std::atomic<std::size_t> count_{0};  // of readers_
    std::mutex mutex_;
    std::vector<Reader*> readers_;  // guarded by mutex_
    std::int64_t second_ = 0;       // of `written_`; guarded by mutex_
    std::uint64_t written_ = 0;     // guarded by mutex_
};

}  // namespace apiarist::live
