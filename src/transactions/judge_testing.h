// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and fuzzers only: what may happen to the pieces of a conversation on their way, a tracker that reads what
// is left of them, and a judge who knows what was sent.
//
// Nothing lost, repeated or missed at the beginning: every exchange leaves, complete and in order, however it was cut,
// whichever neighbours swapped places, and however late the records of a client's requests came. In all cases: a record
// that says "complete" is one; no request and no response is in two records; a body is the front of the body that was
// sent; the ledger adds up. Records that do not say "complete" may hold a response of another request; they are
// counted. Excused are the limits that pairing.h states: pipelining that did not show before the first loss, or of a
// connection that was joined midway; and likewise responses that a server gives before it has the head.

#include <charconv>
#include <set>
#include <string>
#include <vector>

#include "transactions/conversation_testing.h"
#include "transactions/traffic_testing.h"

namespace apiarist::transactions::testing {

struct Way {
    bool shuffle = false;    // pieces of one stream that follow each other swap places
    bool repeat = false;     // some come twice
    bool lose = false;       // some do not come, or come without content
    bool late = false;       // a client's requests are written by other threads, whose records come late
    TableLimits limits;      // of the tracker
    std::size_t joined = 0;  // so many of the first steps passed before we looked
    std::uint64_t step_ns = 1000;
    [[nodiscard]] bool harmless() const { return !repeat && !lose && joined == 0; }
};

[[nodiscard]] inline Way make_way(Choices& choices) {
    Way way;
    const std::size_t bits = choices.below(32);
    way.shuffle = (bits & 1) != 0;
    way.repeat = (bits & 2) != 0;
    way.lose = (bits & 4) != 0;
    if ((bits & 8) != 0) way.joined = choices.below(20);
    way.late = (bits & 16) != 0;
    // Longer steps than 200 ms / 4 would end the wait for a piece that comes late.
    constexpr std::uint64_t kSteps[] = {1000, 1'000'000, 90'000'000, 300'000'000};
    way.step_ns = way.harmless() ? 1000 : kSteps[choices.below(4)];
    return way;
}

inline void shuffle(Choices& choices, std::vector<Step>& steps) {
    for (std::size_t i = 0; i + 1 < steps.size(); ++i)
        if (steps[i].stream == steps[i + 1].stream && choices.one_in(3)) std::swap(steps[i], steps[i + 1]);
}

// The record of a call is made when the call ends: a thread that lost its core between the send and that moment is
// overtaken by the records of the others, but never by its own.
inline void delay_requests(Choices& choices, std::uint64_t step_ns, std::vector<Step>& steps) {
    const std::size_t often = 1 + choices.below(3);
    const std::size_t farthest = std::min<std::uint64_t>(8, ConnectionOptions{}.late_request_ns / step_ns - 1);
    for (Step& step : steps) {
        if (step.stream != 0 || choices.one_in(4)) continue;
        step.thread = kWriters[choices.one_in(4) ? 1 : 0];
    }
    for (std::size_t i = steps.size(); i-- > 0;) {
        if (steps[i].thread == kReader || !choices.one_in(often)) continue;
        std::size_t to = i;
        for (std::size_t left = 1 + choices.below(farthest); left > 0 && to + 1 < steps.size(); --left, ++to) {
            if (steps[to + 1].thread == steps[to].thread) break;
            std::swap(steps[to], steps[to + 1]);
        }
    }
}

inline void apply_fates(Choices& choices, const Way& way, std::vector<Step>& steps) {
    using Fate = Step::Fate;
    constexpr Fate kLosses[] = {Fate::kLost, Fate::kLost, Fate::kLostUntold, Fate::kNotSeen, Fate::kFault};
    // After a rare loss trust comes back.
    const std::size_t rarity = choices.one_in(2) ? 40 : 6;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (way.lose && choices.one_in(rarity)) {
            steps[i].fate = kLosses[choices.below(5)];
        } else if (way.repeat && choices.one_in(rarity)) {
            const std::size_t later = std::min(steps.size(), i + 1 + choices.below(4));
            Step copy = steps[i];
            copy.fate = Fate::kRepeated;
            steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(later), copy);
        }
    }
}

struct Verdict {
    std::string fault;  // what must not be, in words; empty: nothing
    std::size_t complete = 0;
    std::size_t flagged = 0;        // pairs that do not say "complete"
    std::size_t flagged_wrong = 0;  // of these: with a response of another request
    std::size_t flagged_alone = 0;  // of the flagged: one request under way at a time, answered when it is over
    std::size_t flagged_wrong_alone = 0;
    std::size_t flagged_foreign = 0;  // with a response body in which bytes of the next message stand
    std::size_t unanswered = 0;
    std::size_t excused = 0;
};

class Judge {
  public:
    Judge(const Conversation& conversation, const Way& way, bool excuse)
        : conversation_(conversation),
          all_must_come_(way.harmless() && (conversation.causality != Causality::kFirstByte || !conversation.server)),
          excuse_(excuse) {}

    [[nodiscard]] Verdict judge(const Rig& rig) {
        for (const Transaction& transaction : rig.transactions)
            look_at(transaction);
        if (all_must_come_ && verdict_.complete != conversation_.exchanges.size())
            fault("an exchange is missing", rig.texts);
        if (!verdict_.fault.empty()) fault("all of them", rig.texts);
        return std::move(verdict_);
    }

  private:
    // -1: there is none.
    static int number_in(const protocols::Message& message) {
        for (const protocols::Header& header : message.headers) {
            int number = -1;
            if (header.name != "X-Number") continue;
            std::from_chars(header.value.data(), header.value.data() + header.value.size(), number);
            return number;
        }
        return -1;
    }
    void fault(std::string_view what, const std::vector<std::string>& texts) {
        verdict_.fault += std::string(what) + ":\n";
        for (const std::string& text : texts)
            verdict_.fault += "  " + text + "\n";
    }
    void check_message(const protocols::Message& message, std::uint32_t flags, std::set<int>& seen,
                       const std::string& text) {
        const int number = number_in(message);
        if (number < 0 || static_cast<std::size_t>(number) >= conversation_.exchanges.size())
            return fault("a message that was not sent", {text});
        if (!seen.insert(number).second) fault("a message in two records", {text});
        const Exchange& sent = conversation_.exchanges[static_cast<std::size_t>(number)];
        const bool request = message.kind == protocols::MessageKind::kRequest;
        if (request && message.target != "/" + std::to_string(number)) fault("a head of two messages", {text});
        if (request && !sent.request_body.starts_with(message.body)) fault("a body that was not sent", {text});
        if (!request && !sent.response_body.starts_with(message.body)) {
            ++verdict_.flagged_foreign;
            if (flags == 0) fault("a body that was not sent", {text});
        }
    }
    void look_at(const Transaction& transaction) {
        const std::string text = to_text(transaction);
        const int number = number_in(transaction.request);
        check_message(transaction.request, transaction.capture, requests_, text);
        if (!transaction.response) {
            ++verdict_.unanswered;
            return;
        }
        const bool own = number_in(*transaction.response) == number;
        if (transaction.capture != 0) {
            const bool alone = conversation_.depth == 1 && conversation_.causality == Causality::kWholeRequest;
            ++verdict_.flagged;
            verdict_.flagged_wrong += own ? 0 : 1;
            verdict_.flagged_alone += alone ? 1 : 0;
            verdict_.flagged_wrong_alone += alone && !own ? 1 : 0;
            check_message(*transaction.response, transaction.capture, responses_, text);
            return;
        }
        if (!own && excuse_) {
            ++verdict_.excused;
            return;
        }
        check_message(*transaction.response, transaction.capture, responses_, text);
        ++verdict_.complete;
        if (number >= 0 &&
            text != conversation_.exchanges[static_cast<std::size_t>(number)].text(static_cast<std::size_t>(number)))
            fault("complete and wrong", {text});
        if (all_must_come_ && static_cast<std::size_t>(number) + 1 != verdict_.complete) fault("out of order", {text});
    }

    const Conversation& conversation_;
    const bool all_must_come_;
    const bool excuse_;
    std::set<int> requests_;
    std::set<int> responses_;
    Verdict verdict_;
};

// The records of the steps, through a tracker.
class Stage {
  public:
    Stage(const Conversation& conversation, const std::vector<Step>& passed_before, const Way& way)
        : rig({}, way.limits), conversation_(conversation) {
        for (const Step& step : passed_before)
            joined_[step.stream] = std::max(joined_[step.stream], step.end);
        ChannelOptions options;
        options.start = {0xffffff80, 0xffffffc0};  // both wrap soon
        // The SYN counts as one of the bytes that were acknowledged.
        for (unsigned stream : {0U, 1U})
            if (joined_[stream] > 0) options.before[direction(stream)] = joined_[stream] + 1;
        channel_ = Channel(options);
        channel_.step_ns = way.step_ns;
        rig.feed(channel_.open());
    }

    void play(const Step& step) {
        using Fate = Step::Fate;
        const unsigned to = direction(step.stream);
        channel_.tid = step.thread;
        const std::size_t offset = step.begin - joined_[step.stream];
        const std::string_view bytes =
            std::string_view(conversation_.bytes[step.stream]).substr(step.begin, step.end - step.begin);
        const auto size = static_cast<std::uint32_t>(bytes.size());
        const std::uint32_t call = step.call_start ? AP_DATA_CALL_START : 0;
        switch (step.fate) {
            case Fate::kSent:
            case Fate::kRepeated:
                rig.feed(channel_.bytes_at(to, offset, bytes, call));
                return;
            case Fate::kLost:
            case Fate::kLostUntold:
                channel_.now_ns += channel_.step_ns;
                channel_.count_lost(to, size, step.fate == Fate::kLost);
                return;
            case Fate::kNotSeen:
                rig.feed(channel_.length_at(to, offset, size, call | AP_DATA_NOT_SEEN));
                return;
            case Fate::kFault:
                rig.feed(channel_.length_at(to, offset, size, call | AP_DATA_FAULT));
                return;
        }
    }
    [[nodiscard]] std::vector<std::string> end() {
        for (unsigned stream : {0U, 1U})
            rig.feed(channel_.side_end_at(direction(stream), conversation_.bytes[stream].size() - joined_[stream]));
        rig.feed(channel_.end());
        return rig.finish();
    }

    Rig rig;

  private:
    [[nodiscard]] unsigned direction(unsigned stream) const {
        return (stream == 0) == conversation_.server ? AP_READ : AP_WRITE;
    }
    const Conversation& conversation_;
    std::array<std::size_t, 2> joined_{};
    Channel channel_;
};

// Pipelining showed before anything was lost or repeated.
[[nodiscard]] inline bool shows_pipelining(const Conversation& conversation, const std::vector<Step>& steps) {
    Order order(conversation);
    for (const Step& step : steps) {
        // What comes out of place may be given up, which is a loss.
        if (step.fate != Step::Fate::kSent || !order.in_place(step)) return false;
        if (order.overlaps(step)) return true;
        order.pass(step);
    }
    return false;
}

[[nodiscard]] inline Verdict play(const Conversation& conversation, std::vector<Step> steps, const Way& way) {
    const auto joined = static_cast<std::ptrdiff_t>(std::min(way.joined, steps.size()));
    const std::vector<Step> before(steps.begin(), steps.begin() + joined);
    steps.erase(steps.begin(), steps.begin() + joined);
    Stage stage(conversation, before, way);
    for (const Step& step : steps)
        stage.play(step);
    const std::vector<std::string> ledger = stage.end();
    const bool pipelining = conversation.depth > 1 && (joined > 0 || !shows_pipelining(conversation, steps));
    const bool hasty = conversation.causality == Causality::kFirstByte && (joined > 0 || way.lose);
    const bool excuse = pipelining || hasty;
    Verdict verdict = Judge(conversation, way, excuse).judge(stage.rig);
    for (const std::string& one : ledger)
        verdict.fault += "the ledger: " + one + "\n";
    return verdict;
}

// The steps, readable, for a failure.
[[nodiscard]] inline std::string to_text(const Conversation& conversation, const std::vector<Step>& steps) {
    constexpr std::string_view kFates[] = {"", " repeated", " LOST", " LOST UNTOLD", " NOT SEEN", " FAULT"};
    std::string text = "depth " + std::to_string(conversation.depth) + "\n";
    for (const Step& step : steps) {
        text += (step.stream == 0 ? "> " : "< ") + std::string(step.call_start ? "^" : "");
        for (const char c : conversation.bytes[step.stream].substr(step.begin, step.end - step.begin)) {
            if (c == '\r') continue;
            text += c == '\n' ? std::string("\\n") : std::string(1, c);
        }
        text += std::string(kFates[static_cast<unsigned>(step.fate)]) + "\n";
    }
    return text;
}

// All of it out of one input.
[[nodiscard]] inline Verdict play_all(std::string_view input, const TableLimits& limits = {}) {
    Choices choices(input);
    Way way = make_way(choices);
    way.limits = limits;
    const Conversation conversation = make_conversation(choices);
    std::vector<Step> steps = make_steps(choices, conversation);
    if (way.late && !conversation.server) delay_requests(choices, way.step_ns, steps);
    if (way.shuffle) shuffle(choices, steps);
    apply_fates(choices, way, steps);
    Verdict verdict = play(conversation, steps, way);
    if (!verdict.fault.empty())
        verdict.fault += "joined at step " + std::to_string(way.joined) + ", " + std::to_string(way.step_ns) +
                         " ns a step, " + to_text(conversation, steps);
    return verdict;
}

}  // namespace apiarist::transactions::testing
