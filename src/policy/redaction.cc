// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction.h"

#include <algorithm>
#include <array>
#include <utility>

#include "policy/redaction_body.h"
#include "policy/redaction_headers.h"
#include "policy/redaction_target.h"

namespace apiarist::policy {
namespace {

using protocols::Message;

// A coding that nobody removes, also where the body is cut and nothing says that it was not decoded.
bool has_unknown_coding(std::string_view codings) {
    constexpr std::array<std::string_view, 7> kKnown = {"gzip", "x-gzip", "deflate", "br", "zstd", "identity", ""};
    while (!codings.empty()) {
        const auto comma = std::min(codings.find(','), codings.size());
        std::string_view coding = codings.substr(0, comma);
        codings.remove_prefix(std::min(comma + 1, codings.size()));
        coding.remove_prefix(std::min(coding.find_first_not_of(" \t"), coding.size()));
        coding = coding.substr(0, coding.find_last_not_of(" \t") + 1);
        const auto same = [coding](std::string_view known) { return protocols::same_name(known, coding); };
        if (std::none_of(kKnown.begin(), kKnown.end(), same)) return true;
    }
    return false;
}

bool is_opaque(const Message& message) {
    const auto unknown = [](const protocols::Header& header) {
        return protocols::same_name(header.name, "content-encoding") && has_unknown_coding(header.value);
    };
    return message.body_not_decoded || has_unknown_coding(message.transfer_coding) ||
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

}  // namespace apiarist::policy
