// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction.h"

#include <algorithm>
#include <utility>

#include "policy/redaction_body.h"
#include "policy/redaction_headers.h"
#include "policy/redaction_json.h"
#include "policy/redaction_target.h"
#include "protocols/content_coding.h"

namespace apiarist::policy {
namespace {

using protocols::Message;

// A coding that nobody removes hides the body also where it is cut, and nothing says that it was not decoded.
bool is_opaque(const Message& message) {
    const auto unknown = [](const protocols::Header& header) {
        return protocols::same_name(header.name, "content-encoding") && !protocols::knows_codings(header.value);
    };
    return message.body_not_decoded || !protocols::knows_codings(message.transfer_coding) ||
           std::any_of(message.headers.begin(), message.headers.end(), unknown);
}

// Of what stands before the JSON in a message: SockJS's "a", Engine.IO's "42", Socket.IO's "42/admin,7".
std::size_t kind_length(std::string_view text) {
    constexpr std::size_t kLongest = 32;
    const std::size_t length = text.substr(0, kLongest + 1).find_first_of("[{");
    if (length == std::string_view::npos) return 0;
    const std::string_view kind = text.substr(0, length);
    const bool plain = std::all_of(kind.begin(), kind.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == ',' ||
               c == '-' || c == '_';
    });
    return plain && looks_like_json(text.substr(length)) ? length : 0;
}

}  // namespace

std::optional<Redaction> parse_redaction(std::string_view text) {
    if (text == "off") return Redaction::kOff;
    if (text == "samples") return Redaction::kSamples;
    if (text == "all") return Redaction::kAll;
    return std::nullopt;
}

std::uint64_t Redactor::redact(transactions::Transaction& transaction) {
    const std::uint64_t before = values_.count();
    redact_message(transaction.request);
    if (transaction.response) redact_message(*transaction.response);
    for (transactions::WebsocketEvent& event : transaction.events)
        redact_event(event.message);
    if (transaction.operations) redact_operations(*transaction.operations);
    return values_.count() - before;
}

void Redactor::redact_message(Message& message) {
    const std::string type(protocols::header_value(message.headers, "content-type"));
    const bool cut = message.body_truncated || message.gap || message.body_not_seen;
    message.body = redact_body(values_, {type, message.body, is_opaque(message)}, {0, cut});
    redact_headers(values_, message.headers);
    redact_headers(values_, message.trailers);
    if (message.method == "CONNECT" && is_host(message.target)) return;
    if (auto target = redact_target(values_, message.target, {})) message.target = std::move(*target);
}

// A body of its own, of a type that nobody names.
void Redactor::redact_event(protocols::WebsocketMessage& message) {
    if (message.opcode == protocols::WebsocketOpcode::kClose && message.payload.size() < 2) {
        message.payload.clear();  // half a status: a mark there would be read as one
        return;
    }
    const std::string_view text = payload_text(message);
    const std::string status = message.payload.substr(0, message.payload.size() - text.size());
    const std::size_t kind = kind_length(text);
    const BodyView before{{}, text.substr(0, kind), message.not_decoded};
    const BodyView body{{}, text.substr(kind), message.not_decoded};
    message.payload = status + redact_body(values_, before, {}) + redact_body(values_, body, {0, is_cut(message)});
}

// What the client names is judged as the segments of a path are.
void Redactor::redact_operations(transactions::Operations& operations) {
    const auto redact = [this](std::string& text) {
        if (auto redacted = values_.value(text, {})) text = std::move(*redacted);
    };
    for (transactions::Operation& operation : operations.list) {
        redact(operation.name);
        std::for_each(operation.fields.begin(), operation.fields.end(), redact);
    }
    redact(operations.namespace_name);
    redact(operations.action);
}

}  // namespace apiarist::policy
