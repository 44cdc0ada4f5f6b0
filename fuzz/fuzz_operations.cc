// SPDX-License-Identifier: Apache-2.0
// What requests ask of a URL that has many operations, out of hostile bodies. Input: a byte that chooses the reader,
// two bytes that say where the text is cut, the text. Checked: no crash; names and lists are within their bounds; a
// GraphQL name is one, and the one that was asked for; of a SOAP envelope that is cut the same element is told or none;
// a JSON text that is whole reads the same where it is taken for cut; an exchange's operations are bounded in all.
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocols/graphql_request.h"
#include "protocols/json_rpc.h"
#include "protocols/multipart.h"
#include "protocols/soap.h"
#include "transactions/operation.h"

namespace {

using namespace apiarist::protocols;
using apiarist::transactions::Operation;
using apiarist::transactions::Transaction;

constexpr std::size_t kLongestName = 256;
constexpr std::size_t kMostCalls = 32;
constexpr std::size_t kMostFields = 64;

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

void check_fields(const std::vector<std::string>& fields) {
    check(fields.size() <= kMostFields, "fields are bounded");
    check(std::all_of(fields.begin(), fields.end(), is_graphql_name), "fields are names");
}

void graphql(std::string_view text, std::size_t cut) {
    const std::string_view name = text.substr(0, cut % 8);
    const std::string_view document = text.substr(name.size());
    const auto parsed = read_graphql(document, name);
    const auto again = read_graphql(std::string(document) + "\n,#{", name);
    if (parsed && parsed->chosen) {
        const GraphqlOperation& chosen = *parsed->chosen;
        check(chosen.name.empty() || is_graphql_name(chosen.name), "an operation's name is one");
        check(name.empty() || chosen.name == name, "the operation is the one that was asked for");
        check_fields(chosen.fields);
        check(again && again->chosen && again->chosen->fields == chosen.fields, "a comment behind it changes nothing");
    }
}

void check_calls(const std::optional<GraphqlCalls>& calls) {
    if (!calls) return;
    check(!calls->calls.empty() && calls->calls.size() <= kMostCalls, "calls are bounded");
    for (const GraphqlCall& call : calls->calls) {
        check(call.name.empty() || is_graphql_name(call.name), "a call's name is one");
        check_fields(call.fields);
    }
}

void json_rpc(std::string_view text, std::size_t cut) {
    for (const JsonText& json : {JsonText{text, false}, JsonText{text.substr(0, cut), true}}) {
        const auto calls = read_json_rpc(json, cut % 2 == 0);
        if (!calls) continue;
        check(!calls->messages.empty() && calls->messages.size() <= kMostCalls, "messages are bounded");
        for (const JsonRpcMessage& message : calls->messages)
            check(message.method.size() <= kLongestName && message.object.size() <= kLongestName, "names are bounded");
    }
}

bool same(const JsonRow& a, const JsonRow& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return x.has_value() == y.has_value() && (!x || (x->kind == y->kind && x->text == y->text));
    });
}

void json(std::string_view text, std::size_t cut) {
    constexpr std::array<std::string_view, 4> kPaths{"a", "a.b", "c.d.e", "query"};
    const auto whole = read_json({text, false}, kPaths, kMostCalls);
    const auto mended = read_json({text, true}, kPaths, kMostCalls);
    simdjson::dom::parser validator;
    if (validator.parse(std::string(text)).error() == simdjson::SUCCESS && whole) {
        check(mended.has_value() && mended->rows.size() == whole->rows.size(), "what is whole may be taken for cut");
        check(std::equal(whole->rows.begin(), whole->rows.end(), mended->rows.begin(), mended->rows.end(), same),
              "what is whole reads the same where it is taken for cut");
    }
    if (const auto part = read_json({text.substr(0, cut), true}, kPaths, kMostCalls))
        check(part->rows.size() <= kMostCalls, "rows are bounded");
}

void soap(std::string_view text, std::size_t cut) {
    const auto whole = read_soap(text);
    const auto part = read_soap(text.substr(0, cut));
    if (whole) check(whole->name.size() <= kLongestName, "an element's name is bounded");
    if (part && !part->name.empty())
        check(whole && whole->name == part->name && whole->namespace_name == part->namespace_name,
              "what is cut tells the same element");
    check(soap_action(text.substr(0, cut), text.substr(std::min(cut, text.size()))).size() <= kLongestName,
          "an action is bounded");
}

void parts(std::string_view text) {
    const auto found = read_parts(text, 4);
    check(found.size() <= 4, "parts are bounded");
    std::size_t size = 0;
    for (const BodyPart& part : found)
        size += part.head.size() + part.content.size();
    check(size <= text.size(), "parts do not overlap");
}

void exchange(std::string_view text, std::size_t cut) {
    constexpr std::array<const char*, 6> kTypes{"application/json",  "application/graphql",
                                                "text/xml",          "multipart/form-data",
                                                "multipart/related", "application/x-www-form-urlencoded"};
    Transaction transaction;
    transaction.request.headers = {{"content-type", kTypes[cut % kTypes.size()]}};
    transaction.request.body = text;
    transaction.request.body_truncated = cut % 7 == 0;
    transaction.request.target = "/?" + std::string(text.substr(0, cut));
    if (cut % 5 == 0) transaction.response.emplace().headers = {{"content-type", "application/graphql-response+json"}};
    read_operations(transaction);
    if (!transaction.operations) return;
    std::size_t size = 0;
    for (const Operation& operation : transaction.operations->list) {
        size += operation.name.size();
        for (const std::string& field : operation.fields)
            size += field.size();
    }
    check(size <= 4096 && transaction.operations->list.size() <= kMostCalls, "operations are bounded");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 3, size - 3);
    const std::size_t cut = text.empty() ? 0 : (data[1] * 256u + data[2]) % (text.size() + 1);
    switch (data[0] % 7) {
        case 0:
            graphql(text, cut);
            break;
        case 1:
            check_calls(read_graphql_json({text, false}, false));
            check_calls(read_graphql_json({text.substr(0, cut), true}, true));
            check_calls(read_graphql_form(text, cut % 2 == 0));
            break;
        case 2:
            json_rpc(text, cut);
            break;
        case 3:
            soap(text, cut);
            break;
        case 4:
            json(text, cut);
            break;
        case 5:
            parts(text);
            break;
        default:
            exchange(text, cut);
    }
    return 0;
}
