// SPDX-License-Identifier: Apache-2.0
#include "protocols/json_rpc.h"

#include <algorithm>
#include <array>
#include <utility>

namespace apiarist::protocols {
namespace {

constexpr std::size_t kMostMessages = 32;
constexpr std::size_t kLongestName = 256;

enum Path : std::size_t { kVersion, kMethod, kId, kResult, kError, kName, kProtocolVersion };
constexpr std::array<std::string_view, 7> kPaths{
    "jsonrpc", "method", "id", "result", "error", "params.name", "params.protocolVersion"};

bool is_string(const std::optional<JsonValue>& value) {
    return value && value->kind == JsonKind::kString;
}

bool is_json_rpc(const JsonRow& row) {
    return is_string(row[kVersion]) && (row[kVersion]->text == "2.0" || row[kVersion]->text == "1.0");
}

// Methods that nothing else is known to have (schema of 2025-11-25). "initialize" is of the Language Server Protocol
// too, "ping" of anything.
bool is_mcp(const JsonRow& row) {
    constexpr std::array<std::string_view, 16> kMethods{"tools/call",
                                                        "tools/list",
                                                        "prompts/get",
                                                        "prompts/list",
                                                        "resources/read",
                                                        "resources/list",
                                                        "resources/templates/list",
                                                        "resources/subscribe",
                                                        "resources/unsubscribe",
                                                        "completion/complete",
                                                        "logging/setLevel",
                                                        "roots/list",
                                                        "sampling/createMessage",
                                                        "elicitation/create",
                                                        "notifications/initialized",
                                                        "notifications/cancelled"};
    const std::string& method = row[kMethod]->text;
    if (method == "initialize") return is_string(row[kProtocolVersion]);
    return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

class Calls {
  public:
    explicit Calls(bool mcp) { out_.mcp = mcp; }

    void add(const JsonRow& row, bool cut) {
        JsonRpcMessage message;
        if (!is_json_rpc(row)) return;
        if (is_string(row[kMethod])) {
            out_.mcp = out_.mcp || is_mcp(row);
            if (row[kId])
                message.kind = JsonRpcKind::kRequest;
            else if (!cut)
                message.kind = JsonRpcKind::kNotification;
            message.method = name(*row[kMethod]);
            const bool has_object = message.method == "tools/call" || message.method == "prompts/get";
            if (has_object && is_string(row[kName])) message.object = name(*row[kName]);
        } else if (row[kResult] || row[kError]) {
            message.kind = JsonRpcKind::kResponse;
        } else {
            return;
        }
        out_.messages.push_back(std::move(message));
    }

    std::optional<JsonRpcCalls> result(bool more) && {
        if (out_.messages.empty()) return std::nullopt;
        out_.cut = out_.cut || more;
        return std::move(out_);
    }

  private:
    std::string name(const JsonValue& value) {
        if (value.text.size() <= kLongestName) return value.text;
        out_.cut = true;
        return {};
    }

    JsonRpcCalls out_;
};

}  // namespace

std::string_view to_string(JsonRpcKind kind) {
    switch (kind) {
        case JsonRpcKind::kRequest:
            return "request";
        case JsonRpcKind::kNotification:
            return "notification";
        case JsonRpcKind::kResponse:
            return "response";
    }
    return "";
}

std::optional<JsonRpcCalls> read_json_rpc(const JsonText& json, bool mcp) {
    static constexpr std::array<std::string_view, 1> kNames{"\"jsonrpc\""};
    if (!may_be_json(json.bytes) || !may_have_name(json.bytes, kNames)) return std::nullopt;
    const auto rows = read_json(json, kPaths, kMostMessages);
    if (!rows) return std::nullopt;
    Calls calls(mcp);
    for (std::size_t i = 0; i < rows->rows.size(); ++i)
        calls.add(rows->rows[i], json.cut && i + 1 == rows->rows.size());
    return std::move(calls).result(rows->more);
}

}  // namespace apiarist::protocols
