// SPDX-License-Identifier: Apache-2.0
#pragma once
// JSON-RPC 2.0 (and 1.0 where it says so), and the Model Context Protocol, which is JSON-RPC with methods of its own:
// what a body asks for. Pure and bounded; the bytes are hostile.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/json_values.h"

namespace apiarist::protocols {

enum class JsonRpcKind : std::uint8_t { kRequest, kNotification, kResponse };

// "request", …
[[nodiscard]] std::string_view to_string(JsonRpcKind kind);

struct JsonRpcMessage {
    std::optional<JsonRpcKind> kind;  // nothing: it is cut before its id, if it has one
    std::string method;               // empty: of a response; or too long
    std::string object;               // of MCP: the tool or the prompt. Not a resource: its URI is a value
};

struct JsonRpcCalls {
    std::vector<JsonRpcMessage> messages;  // of a batch several; at most 32
    bool mcp = false;
    bool cut = false;  // there are more, or a name that is too long
};

// `mcp`: a header says that it is MCP; else some of its methods do. Nothing: it is no JSON-RPC.
[[nodiscard]] std::optional<JsonRpcCalls> read_json_rpc(const JsonText& json, bool mcp);

}  // namespace apiarist::protocols
