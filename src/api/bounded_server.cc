// SPDX-License-Identifier: Apache-2.0
#include "api/bounded_server.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/kept_sigpipe.h"

namespace apiarist::api {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kTooLarge =
    "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Type: "
    "application/problem+json\r\n\r\n"
    "{\"type\":\"about:blank\",\"title\":\"Request Header Fields Too Large\",\"status\":431}";
constexpr std::size_t kMostDrained = 32u << 20;

// One connection, until a deadline. Borrows the socket.
class DeadlineStream : public httplib::Stream {
  public:
    DeadlineStream(int socket, int ending, Clock::time_point deadline, std::size_t header_bytes)
        : socket_(socket), ending_(ending), deadline_(deadline), header_bytes_(header_bytes) {}

    [[nodiscard]] bool is_readable() const override { return at_ < end_ || wait(POLLIN); }
    [[nodiscard]] bool is_writable() const override { return wait(POLLOUT); }
    ssize_t read(char* out, std::size_t size) override {
        if (at_ == end_ && !fill()) return end_of_input_ ? 0 : -1;
        const std::size_t taken = std::min(size, end_ - at_);
        std::memcpy(out, buffer_.data() + at_, taken);
        at_ += taken;
        if (!in_body_ && !count_head(out, taken)) return -1;
        return static_cast<ssize_t>(taken);
    }
    ssize_t write(const char* bytes, std::size_t size) override {
        std::size_t sent = 0;
        while (sent < size) {
            if (!wait(POLLOUT)) return -1;
            const ssize_t now = ::send(socket_, bytes + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (now < 0 && errno != EAGAIN && errno != EINTR) return -1;
            sent += now > 0 ? static_cast<std::size_t>(now) : 0;
        }
        return static_cast<ssize_t>(size);
    }
    void get_remote_ip_and_port(std::string&, int&) const override {}
    void get_local_ip_and_port(std::string&, int&) const override {}
    [[nodiscard]] socket_t socket() const override { return socket_; }

    // What the peer still sends is read, within bounds: closed before, our answer might not reach it.
    void drain() {
        pollfd now{socket_, POLLIN, 0};
        if (::poll(&now, 1, 0) <= 0) return;
        (void)::shutdown(socket_, SHUT_WR);
        deadline_ = std::min(deadline_, Clock::now() + std::chrono::seconds(2));
        for (std::size_t drained = 0; drained < kMostDrained; drained += end_)
            if (!fill()) return;
    }

  private:
    [[nodiscard]] bool wait(short events) const {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
        if (left <= 0) return false;
        pollfd both[] = {{socket_, events, 0}, {ending_, POLLIN, 0}};
        return ::poll(both, 2, static_cast<int>(left)) > 0 && both[1].revents == 0;
    }
    bool fill() {
        at_ = end_ = 0;
        if (!wait(POLLIN)) return false;
        const ssize_t got = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
        end_of_input_ = got == 0;
        if (got <= 0) return false;
        end_ = static_cast<std::size_t>(got);
        return true;
    }
    // False: the head is too large, and the peer has been told.
    bool count_head(const char* bytes, std::size_t size) {
        for (std::size_t i = 0; i < size && !in_body_; ++i) {
            const char wanted = blank_ % 2 == 0 ? '\r' : '\n';
            blank_ = bytes[i] == wanted ? blank_ + 1 : (bytes[i] == '\r' ? 1U : 0U);
            in_body_ = blank_ == 4;
            ++head_;
        }
        if (in_body_ || head_ <= header_bytes_) return true;
        (void)write(kTooLarge.data(), kTooLarge.size());
        return false;
    }

    const int socket_;
    const int ending_;
    Clock::time_point deadline_;
    const std::size_t header_bytes_;
    std::array<char, 4096> buffer_{};
    std::size_t at_ = 0;
    std::size_t end_ = 0;
    std::size_t head_ = 0;
    unsigned blank_ = 0;  // how much of CR LF CR LF came last
    bool in_body_ = false;
    bool end_of_input_ = false;
};

}  // namespace

class BoundedServer::Queue : public httplib::ThreadPool {
  public:
    explicit Queue(BoundedServer& server) : ThreadPool(server.bounds_.threads), server_(server) {}

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
    DeadlineStream stream(socket, ending_.get(), Clock::now() + bounds_.request_time, bounds_.header_bytes);
    bool closed = false;
    const bool answered = process_request(stream, true, closed, nullptr);
    stream.drain();
    return answered;
}

}  // namespace apiarist::api
