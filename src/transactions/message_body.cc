// SPDX-License-Identifier: Apache-2.0
#include "transactions/message_body.h"

#include <string>
#include <string_view>
#include <utility>

#include "protocols/content_coding.h"

namespace apiarist::transactions {
namespace {

using protocols::Message;
using protocols::same_name;

// Content codings in the order in which they were applied; a transfer coding comes last.
std::string codings_of(const Message& message) {
    std::string codings;
    const auto add = [&codings](std::string_view more) {
        if (more.empty()) return;
        if (!codings.empty()) codings += ", ";
        codings += more;
    };
    for (const protocols::Header& header : message.headers)
        if (same_name(header.name, "content-encoding")) add(header.value);
    add(message.transfer_coding);
    return codings;
}

}  // namespace

void decode_body(Message& message, std::size_t limit) {
    if (message.body.empty()) return;
    const std::string codings = codings_of(message);
    if (codings.empty()) return;
    auto decoded = protocols::decode_content(codings, message.body, limit);
    message.body = std::move(decoded.body);
    switch (decoded.state) {
        case protocols::DecodeState::kPlain:
        case protocols::DecodeState::kDecoded:
            return;
        case protocols::DecodeState::kLimit:
            message.body_truncated = true;
            return;
        case protocols::DecodeState::kPartial:
        case protocols::DecodeState::kUnsupported:
        case protocols::DecodeState::kCorrupt:
            // Of a body that is not whole no more was to be expected.
            message.body_not_decoded = !message.body_truncated && !message.gap && !message.body_not_seen;
            return;
    }
}

}  // namespace apiarist::transactions
