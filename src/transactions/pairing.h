// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which response answers which request on one HTTP/1 connection (RFC 9112 §9.3: in the order of the requests).
//
// Nothing is lost: a response belongs to the oldest request without one. After bytes were lost the count of requests or
// responses between may be unknown, and a wrong pair would be worse than none. So, from then on:
//  * the connection is not trusted: its pairs are flagged until kTrustAfter of them alternated strictly and a request
//    comes in order, that is, surely after all responses that came before it;
//  * a lost response is that of the oldest open request;
//  * a request that was followed by lost ones, or by another one, leaves unpaired, and what is under way is unknown;
//  * while it is unknown, nothing is paired until a request begins after a response ended;
//  * where requests overlapped, alternation proves nothing (two always under way look the same), and trust stays away;
//    where they do so regularly, nothing is paired any more.
//
// A response answers the request that was open when it began, and no other. A response that no request waits for costs
// the trust: its request was lost, which shows when the next one comes, or its record comes late. As long as no loss
// explains it, trust stays away. A connection that is first seen midway starts without trust.
//
// Requests come late only in a client whose threads share a connection. While such a connection is trusted, its owner
// keeps the response back until the request comes (connection.h). Without trust nothing is kept back, and steady
// alternation may be that of each request with the next response: hence the request in order before trust comes back.
//
// Not told from strict alternation: losses on a connection whose pipelining never showed before; a connection that was
// joined midway with two requests always under way.
//
// Requests that nobody answers do not gather: beyond a bound all that are open leave unanswered, as after a loss.
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
    std::optional<protocols::Message> request;  // nothing: lost after its head, or still under way
    std::optional<protocols::Message> response;
    bool request_under_way = false;  // its head was read and its end will come, or came too late
    std::uint32_t flags = 0;         // kGap, kJoinedMidway: of the pairing, not of the messages
    std::uint32_t process_id = 0;
    std::uint32_t socket_fd = 0;
};

struct PairingCounts {
    std::uint64_t requests = 0;
    std::uint64_t responses = 0;
    std::uint64_t orphans = 0;
};

// The call that a request's head was read by.
struct RequestCall {
    std::uint32_t process_id = 0;
    std::uint32_t socket_fd = 0;
    bool in_order = true;  // nothing that came before it can be its answer
};

// What was learnt of a connection's ways while it was trusted.
struct PairingHabits {
    std::uint64_t response_heads = 0;
    std::uint64_t overlaps = 0;  // of these: while more than one request was open
};

class Pairing {
  public:
    explicit Pairing(bool from_start, const PairingHabits& habits = {})
        : untrusted_flag_(from_start ? 0U : kMidway), habits_(habits) {}

    void on_request_head(std::string method, const RequestCall& call, std::vector<Pair>& out);
    void on_request(protocols::Message request, std::vector<Pair>& out);
    void on_request_lost(std::vector<Pair>& out);
    // What was read may not be what was sent, or not all: bytes came twice, or were lost before the roles were known.
    void distrust();
    // What was read so far is not HTTP: as if the connection had been joined here.
    void join_midway() { untrusted_flag_ |= kMidway; }
    void on_response_head(int status);
    void on_response(protocols::Message response, std::vector<Pair>& out);
    void on_response_lost(std::vector<Pair>& out);
    // A response that is complete does not wait longer than this for the rest of its request.
    void settle(protocols::Stamp now, std::uint64_t patience_ns, std::vector<Pair>& out);
    void finish(std::vector<Pair>& out);
    // Gives up the bodies of what waits. How many there were.
    std::size_t release_bodies();

    // The exchange whose response is under way, its request complete, as it is without the response; once.
    [[nodiscard]] std::optional<Pair> tell_answered();
    // What the responses to come answer, oldest first: for the response parser after it lost its place.
    [[nodiscard]] std::vector<std::string> expected_methods() const;
    [[nodiscard]] bool waits_for_request() const;
    [[nodiscard]] bool waits_for_response() const;
    [[nodiscard]] bool trusted() const { return untrusted_flag_ == 0; }
    [[nodiscard]] const PairingCounts& counts() const { return counts_; }
    [[nodiscard]] std::size_t open() const { return open_.size(); }
    [[nodiscard]] const PairingHabits& habits() const { return habits_; }
    // Nothing is open and nothing that matters for the next exchange is known but the habits.
    [[nodiscard]] bool can_rest() const {
        return trusted() && open_.empty() && !unexplained_ && !unknown_under_way_ && !rest_of_request_is_left_;
    }
    [[nodiscard]] std::size_t memory() const { return held_ + open_.size() * sizeof(Exchange); }

  private:
    struct Exchange {
        std::uint64_t number = 0;
        std::string method;
        RequestCall call;
        std::uint32_t flags = 0;
        bool request_done = false;
        bool told = false;
        std::optional<protocols::Message> request;
        std::optional<protocols::Message> response;
    };
    static constexpr std::uint32_t kLoss = 16;    // CaptureFlag kGap
    static constexpr std::uint32_t kMidway = 32;  // CaptureFlag kJoinedMidway
    static constexpr unsigned kTrustAfter = 4;
    // Of what waits for a response: more is no pipelining but a burden, and leaves unanswered.
    static constexpr std::size_t kMostOpen = 1024;
    static constexpr std::size_t kMostHeads = 1 << 20;

    void trust_again();
    void leave_front(std::vector<Pair>& out);
    void keep(std::optional<protocols::Message>& slot, protocols::Message message);
    [[nodiscard]] bool pipelines() const;

    std::deque<Exchange> open_;
    std::uint32_t untrusted_flag_;  // 0: trusted; else the flag that pairs carry
    unsigned alternations_ = 0;     // strict ones since the loss
    PairingHabits habits_;
    std::size_t held_ = 0;                  // bytes of the messages in open_, about
    std::size_t heads_ = 0;                 // of these: of their heads
    std::uint64_t answering_ = 0;           // the exchange whose response is under way; 0: none
    bool cut_ = false;                      // the last response has a gap, maybe at its end
    bool unexplained_ = false;              // a response came that no request waited for, and no loss tells why
    bool unknown_under_way_ = false;        // lost requests or responses may be outstanding
    bool response_since_request_ = false;   // a response ended after the last request began
    bool rest_of_request_is_left_ = false;  // the request under way left before its end
    PairingCounts counts_;
};

}  // namespace apiarist::transactions
