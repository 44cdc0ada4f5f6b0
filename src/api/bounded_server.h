// SPDX-License-Identifier: Apache-2.0
#pragma once
// cpp-httplib's server with bounds that it has not: a time for a whole request, the size of all its header fields, and
// a number of connections. One request for a connection. An answer may go on with the records of a feed.

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "api/deadline_stream.h"
#include "base/handles.h"
#include "live/feed.h"

namespace apiarist::api {

struct ServerBounds {
    std::size_t connections = 64;                    // beyond, a connection is closed at once
    std::size_t threads = 16;                        // that answer
    std::size_t streams = 0;                         // answers that go on, which have threads beside those
    std::size_t header_bytes = 32u << 10;            // beyond: 431
    std::chrono::milliseconds request_time{30'000};  // from the first byte to the last of the answer
    std::chrono::milliseconds idle_time{5'000};      // to the first byte: browsers connect before they ask
    std::chrono::milliseconds stall_time{10'000};    // an answer that goes on ends when nothing of it is taken
};

class BoundedServer : public httplib::Server {
  public:
    // Leaves the process's SIGPIPE as it is.
    static std::unique_ptr<BoundedServer> make(const ServerBounds& bounds);
    // Also closes a port that was bound and never listened at.
    ~BoundedServer() override { const Fd left(svr_sock_.exchange(INVALID_SOCKET)); }
    BoundedServer(const BoundedServer&) = delete;
    BoundedServer& operator=(const BoundedServer&) = delete;

    // Until the thread that listens makes its workers: stop() is not heard before.
    void wait_until_accepting() { workers_.get_future().wait(); }
    // For a handler: when the head of its answer is written, what the reader gets follows, until one of both ends it.
    void go_on_with(const httplib::Request& request, Continuation continuation);
    // Also ends the requests that are being read or answered.
    void end();

  private:
    class Queue;
    explicit BoundedServer(const ServerBounds& bounds);
    bool process_and_close_socket(socket_t socket) override;

    const ServerBounds bounds_;
    std::promise<void> workers_;
    Fd ending_;                                   // readable from the end on
    std::atomic<std::size_t> open_{0};            // connections that wait or are answered
    std::atomic<std::thread::id> accepting_{{}};  // on which connections are closed that are too many
    std::mutex mutex_;
    std::map<const httplib::Request*, DeadlineStream*> streams_;  // of requests with a handler; guarded by mutex_
};

}  // namespace apiarist::api
