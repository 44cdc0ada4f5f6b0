// SPDX-License-Identifier: Apache-2.0
#include "processor/sample_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "policy/redaction_body.h"
#include "policy/redaction_headers.h"
#include "policy/redaction_target.h"

namespace apiarist::processor {
namespace {

void add(std::string& out, std::string_view key, std::string_view value) {
    out += out.size() > 1 ? ",\"" : "\"";
    out += key;
    out += "\":";
    append_json_string(out, value);
}

std::string address(const records::Address& address) {
    if (address.host.empty()) return {};
    const bool is_v6 = address.host.find(':') != std::string_view::npos;
    std::string text = is_v6 ? "[" + std::string(address.host) + "]" : std::string(address.host);
    if (!address.port.empty()) text += ":" + std::string(address.port);
    return text;
}

bool is_cut(std::string_view capture, std::string_view side) {
    return capture.find(std::string(side) + "_truncated") != std::string_view::npos ||
           capture.find(std::string(side) + "_body_not_seen") != std::string_view::npos ||
           capture.find("gap") != std::string_view::npos;
}

bool is_digits(std::string_view text) {
    return !text.empty() && text.size() <= 12 && std::all_of(text.begin(), text.end(), is_ascii_digit);
}

// What an event says beside its payload, as our collector writes it: nothing else is redacted, and so nothing else is
// kept.
void append_about(std::string& out, const simdjson::dom::object& event) {
    std::string_view text;
    if (event["direction"].get(text) == simdjson::SUCCESS && (text == "incoming" || text == "outgoing"))
        out += fmt::format(R"(,"direction":"{}")", text);
    if (event["encoding"].get(text) == simdjson::SUCCESS && text == "base64") out += R"(,"encoding":"base64")";
    if (event["timestamp"].get(text) == simdjson::SUCCESS && is_digits(text))
        out += fmt::format(R"(,"timestamp":"{}")", text);
    constexpr std::uint64_t kLargest = 100'000'000'000;
    std::uint64_t number = 0;
    for (const char* key : {"opcode", "timestamp", "code", "size"})
        if (event[key].get(number) == simdjson::SUCCESS && number < kLargest)
            out += fmt::format(R"(,"{}":{})", key, number);
    bool flag = false;
    for (const char* key : {"fin", "truncated", "not_seen", "gap", "not_decoded"})
        if (event[key].get(flag) == simdjson::SUCCESS) out += fmt::format(R"(,"{}":{})", key, flag);
}

bool is_not(const simdjson::dom::object& event, const char* key, bool usual) {
    bool flag = usual;
    return event[key].get(flag) == simdjson::SUCCESS && flag != usual;
}

}  // namespace

SampleWriter::SampleWriter(const SampleOptions& options) : options_(options) {
    if (options_.redact) redactor_.emplace(options_.redaction_key);
}

std::string SampleWriter::target(std::string_view text) {
    if (!redactor_) return std::string(text);
    return policy::redact_target(*redactor_, text, {}).value_or(std::string(text));
}

std::string SampleWriter::headers(const records::Headers& headers) {
    std::vector<protocols::Header> copy;
    for (const records::Header& header : headers)
        copy.push_back({std::string(header.name), std::string(header.value)});
    if (redactor_) policy::redact_headers(*redactor_, copy);
    std::string out = "{";
    for (const protocols::Header& header : copy) {
        if (out.size() > 1) out += ',';
        append_json_string(out, header.name);
        out += ':';
        append_json_string(out, header.value);
    }
    return out + "}";
}

std::string SampleWriter::payload(std::string_view text, const records::Headers& headers, bool cut) {
    if (!redactor_ || text.empty()) return std::string(text);
    const std::string_view type = records::find_header(headers, "content-type").value_or("");
    return policy::redact_body(*redactor_, {type, text, false}, {0, cut});
}

// `payload`: the beginning of the event's.
void SampleWriter::append_event(std::string& out, const simdjson::dom::object& event, std::string_view payload,
                                bool cut) {
    const bool opaque = event["encoding"].error() == simdjson::SUCCESS || is_not(event, "not_decoded", false);
    cut = cut || is_not(event, "fin", true) || is_not(event, "truncated", false) || is_not(event, "not_seen", false) ||
          is_not(event, "gap", false);
    out += R"({"payload":)";
    append_json_string(out, redactor_ ? policy::redact_message_payload(*redactor_, {{}, payload, opaque}, {0, cut})
                                      : std::string(payload));
    append_about(out, event);
    out += '}';
}

bool SampleWriter::append_events(std::string& out, std::string_view events) {
    out += '[';
    simdjson::dom::array all;
    if (parser_.parse(events.data(), events.size()).get(all) != simdjson::SUCCESS) {
        out += ']';
        return false;
    }
    std::size_t left = options_.payload_bytes;
    bool whole = true;
    bool first = true;
    for (const simdjson::dom::element one : all) {
        simdjson::dom::object event;
        std::string_view payload;
        if (one.get(event) != simdjson::SUCCESS || event["payload"].get(payload) != simdjson::SUCCESS) continue;
        if (left == 0) {
            whole = false;
            break;
        }
        const std::string_view kept = payload.substr(0, left);
        left -= std::max<std::size_t>(std::min(left, kept.size()), 1);
        whole = whole && kept.size() == payload.size();
        if (!std::exchange(first, false)) out += ',';
        append_event(out, event, kept, kept.size() < payload.size());
    }
    out += ']';
    return whole;
}

std::string SampleWriter::write(const records::Record& record) {
    const std::size_t most = options_.payload_bytes;
    const std::string_view request = record.request_payload.substr(0, most);
    const std::string_view response = record.response_payload.substr(0, most);
    const bool request_cut = request.size() < record.request_payload.size();
    const bool response_cut = response.size() < record.response_payload.size();
    std::string out = "{";
    add(out, "method", record.method);
    add(out, "path", target(record.target));
    add(out, "type", record.type);
    add(out, "statusCode", record.status == 0 ? std::string() : std::to_string(record.status));
    add(out, "time", std::to_string(record.time_s));
    if (record.latency_us) add(out, "latency_us", std::to_string(*record.latency_us));
    add(out, "ip", address(record.client));
    add(out, "destIp", address(record.server));
    add(out, "direction", record.direction == records::Direction::kServer ? "1" : "2");
    add(out, "process_name", record.process_name);
    add(out, "capture", record.capture);
    add(out, "tls", record.tls);
    out += ",\"requestHeaders\":" + headers(record.request_headers);
    out += ",\"responseHeaders\":" + headers(record.response_headers);
    add(out, "requestPayload",
        payload(request, record.request_headers, request_cut || is_cut(record.capture, "request")));
    add(out, "responsePayload",
        payload(response, record.response_headers, response_cut || is_cut(record.capture, "response")));
    bool events_whole = true;
    if (!record.events.empty()) {
        out += ",\"events\":";
        events_whole = append_events(out, record.events);
    }
    if (request_cut || response_cut)
        add(out, "cut", request_cut && response_cut ? "both" : request_cut ? "request" : "response");
    else if (!events_whole)
        add(out, "cut", "events");
    return out + "}";
}

}  // namespace apiarist::processor
