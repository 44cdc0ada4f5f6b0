// SPDX-License-Identifier: Apache-2.0
#pragma once
// Redacts a body by what it is: multipart, JSON, XML and HTML, a form, server-sent events, other text; what is no text
// becomes one mark. The type it claims to be of counts less than how it looks.

#include <string>
#include <string_view>

#include "policy/redaction_values.h"

namespace apiarist::policy {

struct BodyView {  // of the caller's bytes
    std::string_view content_type;
    std::string_view bytes;
    bool opaque = false;  // still encoded: not to be looked into
};

[[nodiscard]] std::string redact_body(ValueRedactor& values, const BodyView& body, Nesting nesting);
// Of a message on a WebSocket: a body of its own, of a type that nobody names, perhaps behind what tells its kind
// (Socket.IO and the like).
[[nodiscard]] std::string redact_message_payload(ValueRedactor& values, const BodyView& payload, Nesting nesting);

}  // namespace apiarist::policy
