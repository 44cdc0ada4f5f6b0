// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which response answers which request on one HTTP/1 connection (RFC 9112 §9.3: in the order of the requests).
//
// Nothing is lost: a response belongs to the oldest request without one. After bytes were lost the count of requests or
// responses between may be unknown, and a wrong pair would be worse than none. So, from then on:
//  * the connection is not trusted: its pairs are flagged until kTrustAfter of them alternated strictly;
//  * a request that comes while another is open leaves both unpaired, and what is under way is unknown;
//  * while it is unknown, nothing is paired until a request begins after a response ended.
// A connection that is first seen midway starts without trust.
//
// Every request that was announced leaves exactly once: in a pair, or as unanswered. Owned by one worker.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "protocols/message.h"

namespace apiarist::transactions {

struct Pair {
    std::optional<protocols::Message> request;  // nothing: lost after its head, or still under way (then with a response)
    std::optional<protocols::Message> response;
    std::uint32_t flags = 0;  // kGap, kJoinedMidway: of the pairing, not of the messages
    std::uint32_t process_id = 0;
    std::uint32_t socket_fd = 0;
};

struct PairingCounts {
    std::uint64_t requests = 0;
    std::uint64_t responses = 0;
    std::uint64_t orphans = 0;
};

class Pairing {
  public:
    explicit Pairing(bool from_start) : untrusted_flag_(from_start ? 0U : kMidway) {}

    // A request's head was read by a call of this process.
    void on_request_head(std::string method, std::uint32_t process_id, std::uint32_t socket_fd, std::vector<Pair>& out);
    void on_request(protocols::Message request, std::vector<Pair>& out);
    void on_request_lost();
    void on_response_head(int status);
    void on_response(protocols::Message response, std::vector<Pair>& out);
    void on_response_lost(std::vector<Pair>& out);
    // A response that is complete does not wait longer than this for the rest of its request.
    void settle(protocols::Stamp now, std::uint64_t patience_ns, std::vector<Pair>& out);
    void finish(std::vector<Pair>& out);

    // What the responses to come answer, oldest first: for the response parser after it lost its place.
    [[nodiscard]] std::vector<std::string> expected_methods() const;
    [[nodiscard]] bool waits_for_request() const;
    [[nodiscard]] const PairingCounts& counts() const { return counts_; }
    [[nodiscard]] std::size_t open() const { return open_.size(); }

  private:
    struct Exchange {
        std::string method;
        std::uint32_t process_id = 0;
        std::uint32_t socket_fd = 0;
        std::uint32_t flags = 0;
        bool request_done = false;
        std::optional<protocols::Message> request;
        std::optional<protocols::Message> response;
    };
    static constexpr std::uint32_t kLoss = 16;    // CaptureFlag kGap
    static constexpr std::uint32_t kMidway = 32;  // CaptureFlag kJoinedMidway
    static constexpr unsigned kTrustAfter = 4;

    void leave(Exchange exchange, std::vector<Pair>& out);
    void leave_front(std::vector<Pair>& out);
    void distrust();

    std::deque<Exchange> open_;
    std::uint32_t untrusted_flag_;          // 0: trusted; else the flag that pairs carry
    unsigned alternations_ = 0;             // strict ones since the loss
    bool overlapped_ = false;               // pipelining was seen
    bool unknown_under_way_ = false;        // lost requests or responses may be outstanding
    bool response_since_request_ = false;   // a response ended after the last request began
    bool rest_of_request_is_left_ = false;  // the request under way left before its end
    PairingCounts counts_;
};

}  // namespace apiarist::transactions
