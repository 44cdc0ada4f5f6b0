// SPDX-License-Identifier: Apache-2.0
#include "protocols/graphql_request.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "protocols/form.h"

namespace apiarist::protocols {
namespace {

constexpr std::size_t kMostCalls = 32;
constexpr std::string_view kHash = "persistedQuery.sha256Hash";

struct Request {
    std::string query;
    std::string operation_name;
    std::string hash;
};

bool is_hash(std::string_view text) {
    constexpr std::size_t kDigits = 64;
    return text.size() == kDigits && std::all_of(text.begin(), text.end(), [](char c) {
               return is_ascii_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

std::optional<GraphqlCall> call_of(const Request& request, bool told) {
    GraphqlCall call;
    if (!request.query.empty()) {
        auto document = read_graphql(request.query, request.operation_name);
        if (!document && !told) return std::nullopt;
        if (document && document->chosen) {
            call.kind = document->chosen->kind;
            call.name = std::move(document->chosen->name);
            call.fields = std::move(document->chosen->fields);
            call.fields_cut = document->chosen->fields_cut;
        }
        return call;
    }
    if (!told && !is_hash(request.hash)) return std::nullopt;
    if (is_graphql_name(request.operation_name)) call.name = request.operation_name;
    return call;
}

std::string text_of(const std::optional<JsonValue>& value) {
    return value && value->kind == JsonKind::kString ? value->text : std::string();
}

std::optional<GraphqlCalls> one(std::optional<GraphqlCall> call) {
    if (!call) return std::nullopt;
    return GraphqlCalls{{std::move(*call)}, false};
}

}  // namespace

std::optional<GraphqlCalls> read_graphql_json(const JsonText& json, bool told) {
    static constexpr std::array<std::string_view, 2> kNames{"\"query\"", "\"persistedQuery\""};
    static constexpr std::array<std::string_view, 3> kPaths{"query", "operationName",
                                                            "extensions.persistedQuery.sha256Hash"};
    if (!may_be_json(json.bytes) || (!told && !may_have_name(json.bytes, kNames))) return std::nullopt;
    const auto rows = read_json(json, kPaths, kMostCalls);
    if (!rows) return std::nullopt;
    GraphqlCalls out{{}, rows->more};
    for (const JsonRow& row : rows->rows)
        if (auto call = call_of({text_of(row[0]), text_of(row[1]), text_of(row[2])}, told))
            out.calls.push_back(std::move(*call));
    if (out.calls.empty()) return std::nullopt;
    return out;
}

std::optional<GraphqlCalls> read_graphql_form(std::string_view form, bool told) {
    if (form.empty()) return std::nullopt;
    Request request{form_value(form, "query").value_or(""), form_value(form, "operationName").value_or(""), {}};
    if (request.query.empty()) {
        const std::string extensions = form_value(form, "extensions").value_or("");
        static constexpr std::array<std::string_view, 1> kPaths{kHash};
        const auto rows = read_json({extensions}, kPaths, 1);
        if (rows && !rows->is_array) request.hash = text_of(rows->rows.front()[0]);
    }
    return one(call_of(request, told));
}

std::optional<GraphqlCalls> read_graphql_body(std::string_view document) {
    return one(call_of({std::string(document), {}, {}}, false));
}

}  // namespace apiarist::protocols
