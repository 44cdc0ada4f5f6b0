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

void Redactor::redact_event(protocols::WebsocketMessage& message) {
    if (message.opcode == protocols::WebsocketOpcode::kClose && message.payload.size() < 2) {
        message.payload.clear();  // half a status: a mark there would be read as one
        return;
    }
    const std::string_view text = payload_text(message);
    const std::string status = message.payload.substr(0, message.payload.size() - text.size());
    message.payload = status + redact_message_payload(values_, {{}, text, message.not_decoded}, {0, is_cut(message)});
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
