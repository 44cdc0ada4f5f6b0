// SPDX-License-Identifier: Apache-2.0
#include "sinks/websocket_events.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/json.h"
#include "sinks/shorten.h"

namespace apiarist::sinks {
namespace {

using protocols::WebsocketMessage;
using transactions::WebsocketEvent;

void append_payload(std::string& out, std::string_view payload) {
    out += "\"payload\":";
    if (is_utf8(payload)) return append_json_string(out, payload);
    append_json_string(out, base64(payload));
    out += ",\"encoding\":\"base64\"";
}

void append_flags(std::string& out, const WebsocketMessage& message) {
    const auto flag = [&out](bool set, std::string_view name) {
        if (set) out.append(",\"").append(name).append("\":true");
    };
    if (is_cut(message) || message.not_decoded) out += ",\"size\":" + std::to_string(message.size);
    flag(message.truncated, "truncated");
    flag(message.not_seen, "not_seen");
    flag(message.gap, "gap");
    flag(message.not_decoded, "not_decoded");
}

void append_event(std::string& out, const WebsocketEvent& event, std::int64_t time_ns) {
    const WebsocketMessage& message = event.message;
    out += "{\"opcode\":" + std::to_string(static_cast<unsigned>(message.opcode)) + ',';
    append_payload(out, payload_text(message));
    out += ",\"direction\":";
    out += event.from_client ? "\"outgoing\"" : "\"incoming\"";
    out += ",\"timestamp\":" + std::to_string(time_ns / 1'000'000'000);
    out += ",\"fin\":";
    out += message.fin ? "true" : "false";
    if (const auto status = close_status(message)) out += ",\"code\":" + std::to_string(*status);
    append_flags(out, message);
    out += '}';
}

}  // namespace

std::string websocket_events_json(const policy::CleanTransaction& clean) {
    const transactions::Transaction& transaction = clean.transaction;
    std::string out = "[";
    for (const WebsocketEvent& event : transaction.events) {
        if (out.size() > 1) out += ',';
        const auto since = static_cast<std::int64_t>(event.message.begin - transaction.request.begin);
        append_event(out, event, clean.time_ns + since);
    }
    return out + "]";
}

bool shorten_websocket_event(transactions::Transaction& transaction, std::size_t excess) {
    const auto longest = std::ranges::max_element(
        transaction.events, {}, [](const WebsocketEvent& event) { return event.message.payload.size(); });
    if (longest == transaction.events.end() || !shorten(longest->message.payload, excess)) return false;
    longest->message.truncated = true;
    transaction.capture |= longest->from_client ? transactions::kRequestTruncated : transactions::kResponseTruncated;
    return true;
}

}  // namespace apiarist::sinks
