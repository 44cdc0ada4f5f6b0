// SPDX-License-Identifier: Apache-2.0
#include "api/bounded_server.h"

#include <sys/eventfd.h>

#include <cstdint>
#include <functional>
#include <utility>

#include "api/live_stream.h"
#include "base/kept_sigpipe.h"

namespace apiarist::api {

class BoundedServer::Queue : public httplib::ThreadPool {
  public:
    explicit Queue(BoundedServer& server)
        : ThreadPool(server.bounds_.threads + server.bounds_.streams), server_(server) {}

    // On the thread that accepts. A connection can be closed by its own task alone.
    void enqueue(std::function<void()> task) override {
        if (server_.open_.load() >= server_.bounds_.connections) {
            server_.accepting_.store(std::this_thread::get_id());
            task();
            return;
        }
        ++server_.open_;
        ThreadPool::enqueue([this, task = std::move(task)] {
            task();
            --server_.open_;
        });
    }

  private:
    BoundedServer& server_;
};

BoundedServer::BoundedServer(const ServerBounds& bounds) : bounds_(bounds), ending_(::eventfd(0, EFD_CLOEXEC)) {
    new_task_queue = [this]() -> httplib::TaskQueue* {
        auto queue = std::make_unique<Queue>(*this);
        workers_.set_value();
        return queue.release();
    };
}

std::unique_ptr<BoundedServer> BoundedServer::make(const ServerBounds& bounds) {
    const KeptSigpipe kept;
    return std::unique_ptr<BoundedServer>(new BoundedServer(bounds));
}

void BoundedServer::end() {
    const std::uint64_t one = 1;
    (void)!::write(ending_.get(), &one, sizeof one);
    stop();
}

bool BoundedServer::process_and_close_socket(socket_t socket) {
    const Fd owned(socket);
    if (std::this_thread::get_id() == accepting_.load()) return false;
    DeadlineStream stream(
        socket, ending_.get(),
        {std::chrono::steady_clock::now() + bounds_.request_time, bounds_.header_bytes, bounds_.stall_time});
    if (!stream.has_input(bounds_.idle_time)) return false;
    bool closed = false;
    const httplib::Request* asked = nullptr;
    const bool answered = process_request(stream, true, closed, [this, &stream, &asked](httplib::Request& request) {
        asked = &request;
        const std::lock_guard lock(mutex_);
        streams_.emplace(asked, &stream);
    });
    if (asked != nullptr) {
        const std::lock_guard lock(mutex_);
        streams_.erase(asked);
    }
    if (const auto more = stream.go_on(); more.reader && answered) stream_records(more, stream);
    stream.drain();
    return answered;
}

void BoundedServer::go_on_with(const httplib::Request& request, Continuation continuation) {
    const std::lock_guard lock(mutex_);
    if (const auto found = streams_.find(&request); found != streams_.end())
        found->second->go_on_with(std::move(continuation));
}

}  // namespace apiarist::api
