// SPDX-License-Identifier: Apache-2.0
#include "processor/live_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "inventory/message_facts.h"

namespace apiarist::processor {
namespace {

SampleOptions smaller(SampleOptions options, std::size_t payload_bytes) {
    options.payload_bytes = std::min(options.payload_bytes, payload_bytes);
    return options;
}

// Unix milliseconds. What is said may be anything: a time that is ahead is none.
std::int64_t shown_time(std::int64_t time_s, std::int64_t now_s) {
    constexpr std::int64_t kAhead = 3600;
    return (time_s <= 0 || time_s > now_s + kAhead ? now_s : time_s) * 1000;
}

}  // namespace

LiveWriter::LiveWriter(SampleOptions options) : samples_(smaller(std::move(options), kPayloadBytes)) {}

live::Written LiveWriter::write(const records::Record& record, std::int64_t now_s) {
    live::Written written;
    written.target = samples_.target(record.target);
    std::string& out = written.json;
    out = fmt::format(R"({{"time":{},"collection":)", shown_time(record.time_s, now_s));
    append_json_string(out, inventory::collection_of(record));
    out += ",\"method\":";
    append_json_string(out, record.method);
    out += ",\"target\":";
    append_json_string(out, written.target);
    out += fmt::format(R"(,"status":{},"latency":{},"record":)", record.status,
                       record.latency_us ? std::to_string(*record.latency_us) : "null");
    out += samples_.write(record) + "}";
    return written;
}

}  // namespace apiarist::processor
