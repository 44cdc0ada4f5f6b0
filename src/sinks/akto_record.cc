// SPDX-License-Identifier: Apache-2.0
#include "sinks/akto_record.h"

#include <absl/container/flat_hash_map.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "protocols/grpc.h"
#include "sinks/shorten.h"
#include "sinks/websocket_events.h"

namespace apiarist::sinks {
namespace {

using protocols::Header;
using protocols::Message;
using transactions::Direction;

// The consumer takes one value for each name: repeated fields are joined as RFC 9110 §5.3 has it, cookies by "; "
// (RFC 6265 §5.4; not Set-Cookie, whose attributes stand behind a ";"), names in lower case and in the order of their
// first appearance.
std::string headers_json(const std::vector<Header>& headers) {
    constexpr std::size_t kFew = 32;
    std::vector<std::pair<std::string, std::string>> merged;
    absl::flat_hash_map<std::string, std::size_t> places;  // of those behind the first few: a client may send thousands
    const auto place_of = [&](const std::string& name) {
        const auto few = merged.begin() + static_cast<std::ptrdiff_t>(std::min(merged.size(), kFew));
        const auto same = std::find_if(merged.begin(), few, [&name](const auto& one) { return one.first == name; });
        if (same != few || merged.size() < kFew) return static_cast<std::size_t>(same - merged.begin());
        return places.try_emplace(name, merged.size()).first->second;
    };
    for (const Header& header : headers) {
        std::string name = to_lower(header.name);
        const std::size_t place = place_of(name);
        if (place == merged.size()) {
            merged.emplace_back(std::move(name), header.value);
        } else {
            std::string& value = merged[place].second;
            value += name == "cookie" ? "; " : ", ";
            value += header.value;
        }
    }
    std::string json = "{";
    for (const auto& [name, value] : merged) {
        if (json.size() > 1) json += ',';
        append_json_string(json, name);
        json += ':';
        append_json_string(json, value);
    }
    return json + "}";
}

class Object {
  public:
    explicit Object(std::string& out) : out_(out) { out_ += '{'; }
    ~Object() { out_ += '}'; }
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

    void add(std::string_view key, std::string_view value) {
        if (!first_) out_ += ',';
        first_ = false;
        out_ += '"';
        out_ += key;
        out_ += "\":";
        append_json_string(out_, value);
    }

  private:
    std::string& out_;
    bool first_ = true;
};

std::string type_of(const transactions::Transaction& transaction) {
    const Message& request = transaction.request;
    if (!transaction.events.empty()) return "WEBSOCKET";
    if (request.major_version == 2) return "HTTP/2";
    return request.minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1";
}

// As the consumer does it: all that is not above a blank goes.
std::string_view trimmed(std::string_view text) {
    const auto is_above = [](char c) { return static_cast<unsigned char>(c) > ' '; };
    const auto first = std::find_if(text.begin(), text.end(), is_above);
    const auto last = std::find_if(text.rbegin(), std::make_reverse_iterator(first), is_above).base();
    return {first, last};
}

bool looks_like_json(std::string_view body) {
    return body.starts_with('{') || body.starts_with('[');
}

// The consumer's guess at JSON that was cut, upon which it drops the record without a word, is made of what has the
// content type application/json, or none. Other text begins like that as well.
bool taken_for_cut(const Message& request, std::string_view body) {
    std::string_view type = "application/json";
    std::size_t types = 0;
    for (const Header& header : request.headers) {
        if (!protocols::same_name(header.name, "content-type")) continue;
        type = header.value;
        ++types;
    }
    if (types > 1 || type != "application/json") return false;
    return (body.starts_with('{') && !body.ends_with('}')) || (body.starts_with('[') && !body.ends_with(']'));
}

std::string_view request_body(const Message& request, const RecordOptions& options) {
    if (!options.no_cut_json) return request.body;
    const std::string_view body = trimmed(request.body);
    const bool cut = request.body_truncated || request.gap || request.body_not_seen;
    return (cut && looks_like_json(body)) || taken_for_cut(request, body) ? std::string_view{} : request.body;
}

void add_response(Object& object, const Message* response) {
    if (response == nullptr) {
        object.add("statusCode", "");
        object.add("status", "");
        object.add("responseHeaders", "{}");
        object.add("responsePayload", "");
        return;
    }
    const std::string code = response->status == 0 ? std::string() : std::to_string(response->status);
    object.add("statusCode", code);
    object.add("status", response->reason.empty() ? code : code + " " + response->reason);
    object.add("responseHeaders", headers_json(response->headers));
    object.add("responsePayload", response->body);
    if (!response->trailers.empty()) object.add("responseTrailers", headers_json(response->trailers));
}

void add_grpc(Object& object, const transactions::GrpcCall& call) {
    object.add("grpc_service", call.service);
    object.add("grpc_method", call.method);
    std::string status = call.status ? std::to_string(*call.status) : std::string();
    if (const auto name = protocols::grpc_status_name(call.status.value_or(-1)); !name.empty())
        status.append(" ").append(name);
    object.add("grpc_status", status);
    object.add("grpc_request_messages", std::to_string(call.request_messages));
    object.add("grpc_response_messages", std::to_string(call.response_messages));
}

// Names are joined by ", " and by blanks; what a client writes into one must not make two of it.
void append_name(std::string& out, std::string_view name) {
    for (const char c : name) {
        if (static_cast<unsigned char>(c) <= ' ' || c == ',' || c == '%' || c == '\x7f')
            fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
        else
            out += c;
    }
}

void add_operations(Object& object, const transactions::Operations& operations) {
    std::string types;
    std::string names;
    std::string fields;
    for (std::size_t i = 0; i < operations.list.size(); ++i) {
        const transactions::Operation& operation = operations.list[i];
        for (std::string* text : {&types, &names, &fields})
            if (i > 0) *text += ", ";
        types += operation.type;
        append_name(names, operation.name);
        for (std::size_t k = 0; k < operation.fields.size(); ++k) {
            if (k > 0) fields += ' ';
            append_name(fields, operation.fields[k]);
        }
    }
    object.add("operation_protocol", to_string(operations.protocol));
    object.add("operation_type", types);
    object.add("operation_name", names);
    object.add("operation_fields", fields);
    object.add("operation_truncated", operations.truncated ? "true" : "false");
    if (operations.protocol != transactions::OperationProtocol::kSoap) return;
    object.add("operation_namespace", operations.namespace_name);
    object.add("operation_action", operations.action);
}

void add_exact(Object& object, std::string_view key, std::string_view body) {
    if (!is_utf8(body)) object.add(key, base64(body));
}

}  // namespace

void append_akto_record(std::string& out, const policy::CleanTransaction& clean, const RecordOptions& options) {
    const transactions::Transaction& transaction = clean.transaction;
    const Message& request = transaction.request;
    const Message* response = transaction.response ? &*transaction.response : nullptr;
    const bool server = transaction.direction == Direction::kServer;
    Object object(out);
    object.add("path", request.target);
    object.add("method", transaction.events.empty() ? std::string_view(request.method) : "WS");
    object.add("type", type_of(transaction));
    object.add("requestHeaders", headers_json(request.headers));
    const std::string_view body = request_body(request, options);
    const std::uint32_t left_out =
        body.empty() && !request.body.empty() ? std::uint32_t{transactions::kRequestTruncated} : 0U;
    object.add("requestPayload", body);
    if (!request.trailers.empty()) object.add("requestTrailers", headers_json(request.trailers));
    add_response(object, response);
    object.add("ip", transaction.client().to_string());
    object.add("destIp", transaction.server().to_string());
    object.add("time", std::to_string(clean.time_ns / 1'000'000'000));
    object.add("akto_account_id", "1000000");
    object.add("akto_vxlan_id", "0");
    object.add("is_pending", "false");
    object.add("source", "MIRRORING");
    object.add("direction", server ? "1" : "2");
    object.add("tag", server ? options.tag : std::string());
    object.add("process_id", std::to_string(transaction.process_id));
    object.add("socket_id", std::to_string(transaction.socket_fd));
    object.add("process_name", transaction.process_name);
    object.add("daemonset_id", options.instance_id);
    object.add("enable_graph", options.enable_graph ? "true" : "false");
    object.add("capture", transactions::capture_text(transaction.capture | left_out));
    object.add("tls", transaction.tls);
    object.add("latency_us", std::to_string(clean.latency_us));
    if (transaction.grpc) add_grpc(object, *transaction.grpc);
    if (!transaction.events.empty()) {
        object.add("events", websocket_events_json(clean));
        object.add("headers", headers_json(request.headers));  // where the consumer looks for those of a message
    }
    if (transaction.operations) add_operations(object, *transaction.operations);
    if (options.exact_payload) {
        add_exact(object, "requestPayload_base64", body);
        if (response != nullptr) add_exact(object, "responsePayload_base64", response->body);
    }
}

bool append_bounded_akto_record(std::string& out, const policy::CleanTransaction& clean, const RecordOptions& options,
                                std::size_t limit) {
    const std::size_t before = out.size();
    append_akto_record(out, clean, options);
    if (out.size() - before <= limit) return true;
    policy::CleanTransaction shorter = clean;
    transactions::Transaction& transaction = shorter.transaction;
    for (;;) {
        const std::size_t size = out.size() - before;
        if (size <= limit) return true;
        out.resize(before);
        if (shorten_websocket_event(transaction, size - limit)) {
            // and again, with the next in size
        } else if (transaction.response && shorten(transaction.response->body, size - limit)) {
            transaction.response->body_truncated = true;
            transaction.capture |= transactions::kResponseTruncated;
        } else if (shorten(transaction.request.body, size - limit)) {
            transaction.request.body_truncated = true;
            transaction.capture |= transactions::kRequestTruncated;
        } else {
            return false;
        }
        append_akto_record(out, shorter, options);
    }
}

}  // namespace apiarist::sinks
