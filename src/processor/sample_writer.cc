// SPDX-License-Identifier: Apache-2.0
#include "processor/sample_writer.h"

#include <algorithm>
#include <vector>

#include "base/json.h"
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
    if (request_cut || response_cut)
        add(out, "cut", request_cut && response_cut ? "both" : request_cut ? "request" : "response");
    return out + "}";
}

}  // namespace apiarist::processor
