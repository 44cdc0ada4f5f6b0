// SPDX-License-Identifier: Apache-2.0
#include "api/deadline_stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace apiarist::api {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kTooLarge =
    "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Type: "
    "application/problem+json\r\n\r\n"
    "{\"type\":\"about:blank\",\"title\":\"Request Header Fields Too Large\",\"status\":431}";
constexpr std::size_t kMostDrained = 32u << 20;

}  // namespace

ssize_t DeadlineStream::read(char* out, std::size_t size) {
    if (at_ == end_ && !fill()) return end_of_input_ ? 0 : -1;
    const std::size_t taken = std::min(size, end_ - at_);
    std::memcpy(out, buffer_.data() + at_, taken);
    at_ += taken;
    if (!in_body_ && !count_head(out, taken)) return -1;
    return static_cast<ssize_t>(taken);
}

ssize_t DeadlineStream::write(const char* bytes, std::size_t size) {
    std::size_t sent = 0;
    while (sent < size) {
        if (goes_on_) bounds_.deadline = Clock::now() + bounds_.stall_time;
        if (!wait(POLLOUT)) return -1;
        const ssize_t now = ::send(socket_, bytes + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (now < 0 && errno != EAGAIN && errno != EINTR) return -1;
        sent += now > 0 ? static_cast<std::size_t>(now) : 0;
    }
    return static_cast<ssize_t>(size);
}

bool DeadlineStream::has_input(std::chrono::milliseconds time) const {
    pollfd both[] = {{socket_, POLLIN, 0}, {ending_, POLLIN, 0}};
    return ::poll(both, 2, static_cast<int>(time.count())) > 0 && both[0].revents != 0;
}

Continuation DeadlineStream::go_on() {
    goes_on_ = continuation_.reader != nullptr;
    return std::move(continuation_);
}

bool DeadlineStream::wait_for(int fd, std::chrono::milliseconds time) const {
    pollfd all[] = {{socket_, POLLRDHUP, 0}, {ending_, POLLIN, 0}, {fd, POLLIN, 0}};
    if (::poll(all, 3, static_cast<int>(time.count())) < 0) return errno == EINTR;
    return all[0].revents == 0 && all[1].revents == 0;
}

void DeadlineStream::drain() {
    pollfd now{socket_, POLLIN, 0};
    if (::poll(&now, 1, 0) <= 0) return;
    (void)::shutdown(socket_, SHUT_WR);
    bounds_.deadline = std::min(bounds_.deadline, Clock::now() + std::chrono::seconds(2));
    for (std::size_t drained = 0; drained < kMostDrained; drained += end_)
        if (!fill()) return;
}

bool DeadlineStream::wait(short events) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(bounds_.deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd both[] = {{socket_, events, 0}, {ending_, POLLIN, 0}};
    return ::poll(both, 2, static_cast<int>(left)) > 0 && both[1].revents == 0;
}

bool DeadlineStream::fill() {
    at_ = end_ = 0;
    if (!wait(POLLIN)) return false;
    const ssize_t got = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    end_of_input_ = got == 0;
    if (got <= 0) return false;
    end_ = static_cast<std::size_t>(got);
    return true;
}

bool DeadlineStream::count_head(const char* bytes, std::size_t size) {
    for (std::size_t i = 0; i < size && !in_body_; ++i) {
        const char wanted = blank_ % 2 == 0 ? '\r' : '\n';
        blank_ = bytes[i] == wanted ? blank_ + 1 : (bytes[i] == '\r' ? 1U : 0U);
        in_body_ = blank_ == 4;
        ++head_;
    }
    if (in_body_ || head_ <= bounds_.header_bytes) return true;
    (void)write(kTooLarge.data(), kTooLarge.size());
    return false;
}

}  // namespace apiarist::api
