// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and fuzzers only: conversations made out of decisions, cut into the pieces that records would carry. Each
// exchange carries its number in the target, in a field of both heads and in both bodies, so that every record can be
// held against what was sent.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace apiarist::transactions::testing {

// Decisions out of bytes: a fuzzer's input, or random ones. Zeros when they are used up.
class Choices {
  public:
    explicit Choices(std::string_view bytes) : bytes_(bytes) {}
    std::size_t below(std::size_t n) {
        std::size_t value = next();
        if (n > 256) value = value << 8 | next();
        return n == 0 ? 0 : value % n;
    }
    bool one_in(std::size_t n) { return below(n) == n - 1; }

  private:
    std::size_t next() {
        if (bytes_.empty()) return 0;
        const auto value = static_cast<unsigned char>(bytes_.front());
        bytes_.remove_prefix(1);
        return value;
    }
    std::string_view bytes_;
};

struct Exchange {
    std::string method;
    std::string request_body;
    std::string response_body;  // as the client sees it: none to HEAD
    int status = 200;
    bool until_close = false;
    std::array<std::size_t, 2> begin{};  // of the request and the response in their streams
    std::array<std::size_t, 2> end{};
    std::array<std::size_t, 2> head_end{};
    [[nodiscard]] std::string text(std::size_t number) const {
        return method + " /" + std::to_string(number) + " [" + request_body + "] -> " + std::to_string(status) + " [" +
               response_body + "] complete";
    }
};

enum class Causality : std::uint8_t {
    kWholeRequest,  // a response begins after its request ended
    kHead,          // after its request's head
    kFirstByte,     // after its request's first byte: the server gave up on it
};

struct Conversation {
    std::vector<Exchange> exchanges;
    std::array<std::string, 2> bytes;  // requests, responses
    std::size_t depth = 1;             // requests under way at once
    Causality causality = Causality::kWholeRequest;
    bool server = true;  // the traced process reads the requests
};

// Threads of the traced process. One of them reads; the same or others write.
constexpr std::uint32_t kReader = 41;
constexpr std::uint32_t kWriters[] = {42, 43};

// A piece as one record would carry it.
struct Step {
    unsigned stream = 0;  // 0: requests, 1: responses
    std::size_t begin = 0;
    std::size_t end = 0;
    bool call_start = true;
    std::uint32_t thread = kReader;
    enum class Fate : std::uint8_t { kSent, kRepeated, kLost, kLostUntold, kNotSeen, kFault } fate = Fate::kSent;
};

[[nodiscard]] inline std::string make_body(std::size_t number, char side, std::size_t repeats) {
    std::string body;
    for (std::size_t i = 0; i < repeats; ++i)
        body += side + std::to_string(number) + "." + std::to_string(i) + ";";
    return body;
}

[[nodiscard]] inline std::string make_chunks(Choices& choices, std::string_view body) {
    std::string chunks;
    while (!body.empty()) {
        const std::string_view chunk = body.substr(0, 1 + choices.below(20));
        constexpr std::string_view kHex = "0123456789abcdef";
        if (chunk.size() >= 16) chunks += kHex[chunk.size() / 16];
        chunks += kHex[chunk.size() % 16];
        chunks += choices.one_in(4) ? ";x=1\r\n" : "\r\n";
        chunks += std::string(chunk) + "\r\n";
        body.remove_prefix(chunk.size());
    }
    return chunks + (choices.one_in(4) ? "0\r\nT: t\r\n\r\n" : "0\r\n\r\n");
}

[[nodiscard]] inline std::string with_body(Choices& choices, std::string head, std::string_view body) {
    if (choices.one_in(2)) return head + "Transfer-Encoding: chunked\r\n\r\n" + make_chunks(choices, body);
    return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

inline void add_exchange(Choices& choices, bool last, Conversation& conversation) {
    const std::size_t number = conversation.exchanges.size();
    const std::string field = "X-Number: " + std::to_string(number) + "\r\n";
    Exchange exchange;
    constexpr std::string_view kMethods[] = {"GET", "POST", "HEAD", "PUT"};
    exchange.method = kMethods[choices.below(4)];
    const std::string line = exchange.method + " /" + std::to_string(number) + " HTTP/1.1\r\n" + field;
    std::string& requests = conversation.bytes[0];
    exchange.begin[0] = requests.size();
    if (exchange.method == "GET" || exchange.method == "HEAD") {
        requests += line + "\r\n";
    } else {
        exchange.request_body = make_body(number, 'q', choices.below(12));
        requests += with_body(choices, line, exchange.request_body);
    }
    exchange.end[0] = requests.size();
    exchange.head_end[0] = requests.find("\r\n\r\n", exchange.begin[0]) + 4;

    std::string& responses = conversation.bytes[1];
    exchange.begin[1] = responses.size();
    if (choices.one_in(8)) responses += "HTTP/1.1 100 Continue\r\n\r\n";
    const std::size_t final_head = responses.size();
    constexpr int kStatuses[] = {200, 200, 404, 204, 304, 201};
    exchange.status = kStatuses[choices.below(6)];
    const std::string status = "HTTP/1.1 " + std::to_string(exchange.status) + " Fine\r\n" + field;
    const std::string body = make_body(number, 'r', choices.below(12));
    if (exchange.method == "HEAD" || exchange.status == 304) {
        responses += status + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    } else if (exchange.status == 204) {
        responses += status + "\r\n";
    } else {
        exchange.response_body = body;
        exchange.until_close = last && choices.one_in(4);
        responses += exchange.until_close ? status + "\r\n" + body : with_body(choices, status, body);
    }
    exchange.end[1] = responses.size();
    exchange.head_end[1] = responses.find("\r\n\r\n", final_head) + 4;
    conversation.exchanges.push_back(std::move(exchange));
}

[[nodiscard]] inline Conversation make_conversation(Choices& choices) {
    Conversation conversation;
    conversation.server = !choices.one_in(2);
    conversation.depth = choices.one_in(3) ? 2 + choices.below(4) : 1;
    constexpr Causality kAll[] = {Causality::kWholeRequest, Causality::kWholeRequest, Causality::kWholeRequest,
                                  Causality::kHead, Causality::kFirstByte};
    conversation.causality = kAll[choices.below(5)];
    // Long ones: trust comes back, and is lost again.
    const std::size_t exchanges = 1 + choices.below(choices.one_in(6) ? 40 : 12);
    for (std::size_t i = 0; i < exchanges; ++i)
        add_exchange(choices, i + 1 == exchanges, conversation);
    return conversation;
}

// A message's bytes in calls, and calls in records.
inline void cut_message(Choices& choices, unsigned stream, const Exchange& exchange, std::vector<Step>& steps) {
    const std::size_t size = exchange.end[stream] - exchange.begin[stream];
    std::vector<std::size_t> cuts = {0, size};
    for (std::size_t i = choices.below(4); i > 0; --i)
        cuts.push_back(choices.below(size));
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        const bool call_start = i == 0 || !choices.one_in(4);
        steps.push_back({stream, exchange.begin[stream] + cuts[i], exchange.begin[stream] + cuts[i + 1], call_start});
    }
}

// Pipelined messages may share a call.
inline void join_some(Choices& choices, std::vector<Step>& steps) {
    for (std::size_t i = 0; i + 1 < steps.size();) {
        if (!choices.one_in(4)) {
            ++i;
            continue;
        }
        steps[i].end = steps[i + 1].end;
        steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
}

class Order {
  public:
    explicit Order(const Conversation& of) : of_(of) {}

    [[nodiscard]] bool may_request(const Step& step) const { return last_of(step) < answered() + of_.depth; }
    [[nodiscard]] bool may_respond(const Step& step) const {
        const Exchange& exchange = of_.exchanges[last_of(step)];
        switch (of_.causality) {
            case Causality::kWholeRequest:
                return passed_[0] >= exchange.end[0];
            case Causality::kHead:
                return passed_[0] >= exchange.head_end[0];
            case Causality::kFirstByte:
                return passed_[0] > exchange.begin[0];
        }
        return false;
    }
    [[nodiscard]] bool in_place(const Step& step) const { return passed_[step.stream] == step.begin; }
    void pass(const Step& step) { passed_[step.stream] = step.end; }
    // A response's head has been read while more than one request was open: pipelining shows.
    [[nodiscard]] bool overlaps(const Step& step) const {
        if (step.stream == 0) return false;
        for (std::size_t i = 0; i + 1 < of_.exchanges.size(); ++i) {
            const bool head_here =
                of_.exchanges[i].head_end[1] > passed_[1] && of_.exchanges[i].head_end[1] <= step.end;
            if (head_here && passed_[0] >= of_.exchanges[i + 1].head_end[0]) return true;
        }
        return false;
    }

  private:
    [[nodiscard]] std::size_t last_of(const Step& step) const {
        std::size_t i = 0;
        while (of_.exchanges[i].end[step.stream] < step.end)
            ++i;
        return i;
    }
    [[nodiscard]] std::size_t answered() const {
        std::size_t n = 0;
        while (n < of_.exchanges.size() && of_.exchanges[n].end[1] <= passed_[1])
            ++n;
        return n;
    }
    const Conversation& of_;
    std::array<std::size_t, 2> passed_{};
};

// The pieces of both streams in an order that the rings could have: what a message answers comes before it.
[[nodiscard]] inline std::vector<Step> make_steps(Choices& choices, const Conversation& conversation) {
    std::array<std::vector<Step>, 2> streams;
    for (unsigned stream : {0U, 1U}) {
        for (const Exchange& exchange : conversation.exchanges)
            cut_message(choices, stream, exchange, streams[stream]);
        if (conversation.depth > 1) join_some(choices, streams[stream]);
    }
    std::vector<Step> steps;
    Order order(conversation);
    for (std::array<std::size_t, 2> next{}; next[0] < streams[0].size() || next[1] < streams[1].size();) {
        const bool more[] = {next[0] < streams[0].size(), next[1] < streams[1].size()};
        const bool request = more[0] && order.may_request(streams[0][next[0]]);
        const bool response = more[1] && order.may_respond(streams[1][next[1]]);
        // Neither: a call with several responses waits for more requests than the depth allows.
        const unsigned stream = response && (!request || choices.one_in(2)) ? 1 : more[0] ? 0 : 1;
        order.pass(steps.emplace_back(streams[stream][next[stream]++]));
    }
    return steps;
}

}  // namespace apiarist::transactions::testing
