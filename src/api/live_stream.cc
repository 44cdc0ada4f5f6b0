// SPDX-License-Identifier: Apache-2.0
#include "api/live_stream.h"

#include <fmt/format.h>

#include <chrono>
#include <string_view>

#include "api/json_out.h"

namespace apiarist::api {
namespace {

using Clock = std::chrono::steady_clock;

void append_lost(std::string& out, std::uint64_t records) {
    if (records != 0) out += fmt::format("event: lost\ndata: {{\"records\":{}}}\n\n", records);
}

bool write(DeadlineStream& stream, std::string_view text) {
    return stream.write(text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

std::string events_text(const live::Taken& taken) {
    std::string out;
    for (const live::Event& event : taken.events) {
        append_lost(out, event.lost_before);
        out += fmt::format("event: record\ndata: {}\n\n", without_markup(event.json));
    }
    append_lost(out, taken.lost);
    return out;
}

void stream_records(live::Reader& reader, DeadlineStream& stream) {
    // What was lost wakes nobody, and is told of this often.
    constexpr auto kLook = std::chrono::seconds(1);
    constexpr auto kKeepAlive = std::chrono::seconds(15);
    if (!write(stream, ": records follow as they come\n\n")) return;
    auto last = Clock::now();
    while (stream.wait_for(reader.fd(), kLook)) {
        std::string out = events_text(reader.take());
        if (out.empty() && Clock::now() - last < kKeepAlive) continue;
        if (out.empty()) out = ":\n\n";
        if (!write(stream, out)) return;
        last = Clock::now();
    }
}

}  // namespace apiarist::api
