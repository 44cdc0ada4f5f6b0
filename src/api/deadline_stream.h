// SPDX-License-Identifier: Apache-2.0
#pragma once
// One connection of the server, for cpp-httplib: until a deadline, with a bound of its request's head. An answer that
// goes on has no deadline, but a time in which its reader must take something. For one thread.

#include <httplib.h>
#include <poll.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "live/feed.h"

namespace apiarist::api {

struct StreamBounds {
    std::chrono::steady_clock::time_point deadline;
    std::size_t header_bytes;
    std::chrono::milliseconds stall_time;  // of an answer that goes on
};

// With what an answer goes on.
struct Continuation {
    std::unique_ptr<live::Reader> reader;  // null: it does not
    std::function<bool()> is_allowed;      // who asked for it may still have it; asked once a second
};

class DeadlineStream : public httplib::Stream {
  public:
    // Borrows the socket, and a descriptor that is readable when the server ends.
    DeadlineStream(int socket, int ending, const StreamBounds& bounds)
        : socket_(socket), ending_(ending), bounds_(bounds) {}

    [[nodiscard]] bool is_readable() const override { return at_ < end_ || wait(POLLIN); }
    [[nodiscard]] bool is_writable() const override { return wait(POLLOUT); }
    ssize_t read(char* out, std::size_t size) override;
    ssize_t write(const char* bytes, std::size_t size) override;
    void get_remote_ip_and_port(std::string&, int&) const override {}
    void get_local_ip_and_port(std::string&, int&) const override {}
    [[nodiscard]] socket_t socket() const override { return socket_; }

    // Whether the peer says something, or closes, within this time.
    [[nodiscard]] bool has_input(std::chrono::milliseconds time) const;
    // When the head of the answer is written, it goes on with this.
    void go_on_with(Continuation continuation) { continuation_ = std::move(continuation); }
    // There is no deadline from then on, if there is a reader.
    [[nodiscard]] Continuation go_on();
    // Until `fd` is readable, or the time is over. False: the peer has gone, or the server ends.
    [[nodiscard]] bool wait_for(int fd, std::chrono::milliseconds time) const;

    // What the peer still sends is read, within bounds: closed before, our answer might not reach it.
    void drain();

  private:
    [[nodiscard]] bool wait(short events) const;
    bool fill();
    // False: the head is too large, and the peer has been told.
    bool count_head(const char* bytes, std::size_t size);

    const int socket_;
    const int ending_;
    StreamBounds bounds_;
    Continuation continuation_;
    bool goes_on_ = false;
    std::array<char, 4096> buffer_{};
    std::size_t at_ = 0;
    std::size_t end_ = 0;
    std::size_t head_ = 0;
    unsigned blank_ = 0;  // how much of CR LF CR LF came last
    bool in_body_ = false;
    bool end_of_input_ = false;
};

}  // namespace apiarist::api
