// SPDX-License-Identifier: Apache-2.0
#include "api/live_stream.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "api/json_out.h"

namespace apiarist::api {
namespace {

using Clock = std::chrono::steady_clock;

void append_lost(std::string& out, std::uint64_t records) {
    if (records != 0) out += fmt::format("event: lost\ndata: {{\"records\":{}}}\n\n", records);
}

}  // namespace

bool write_events(const live::Taken& taken, const WriteText& write) {
    constexpr std::size_t kText = 64u << 10;
    std::string out;
    for (const live::Event& event : taken.events) {
        append_lost(out, event.lost_before);
        out += fmt::format("event: record\ndata: {}\n\n", without_markup(event.json));
        if (out.size() < kText) continue;
        if (!write(out)) return false;
        out.clear();
    }
    append_lost(out, taken.lost);
    return out.empty() || write(out);
}

void stream_records(const Continuation& continuation, DeadlineStream& stream) {
    // What was lost wakes nobody, and is told of this often; and who may have no more is found out.
    constexpr auto kLook = std::chrono::seconds(1);
    constexpr auto kKeepAlive = std::chrono::seconds(15);
    const auto write = [&stream](std::string_view text) {
        return stream.write(text.data(), text.size()) == static_cast<ssize_t>(text.size());
    };
    if (!write(": records follow as they come\n\n")) return;
    auto last = Clock::now();
    auto allowed = last;
    while (stream.wait_for(continuation.reader->fd(), kLook)) {
        if (Clock::now() - allowed >= kLook) {
            if (!continuation.is_allowed()) return;
            allowed = Clock::now();
        }
        const live::Taken taken = continuation.reader->take();
        const bool any = !taken.events.empty() || taken.lost != 0;
        if (!any && Clock::now() - last < kKeepAlive) continue;
        if (!(any ? write_events(taken, write) : write(":\n\n"))) return;
        last = Clock::now();
    }
}

}  // namespace apiarist::api
