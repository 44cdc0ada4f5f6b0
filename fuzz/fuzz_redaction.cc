// SPDX-License-Identifier: Apache-2.0
// Redaction of hostile bytes. Input: four control bytes (see main), then the bytes. Checked: no crash on them as a
// body of any type, as a field, and as a target; valid JSON stays valid JSON of the same shape; and planted secrets
// never show, with the bytes beside them in JSON, a form, XML or fields, whole or cut anywhere.
#include <simdjson.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.h"
#include "policy/redaction_body.h"
#include "policy/redaction_escapes.h"
#include "policy/redaction_headers.h"
#include "policy/redaction_target.h"

namespace {

using namespace apiarist::policy;

constexpr std::string_view kPassword = "S3cretPassw0rd";
constexpr std::string_view kMail = "alice.liddell@wonderland.example";
constexpr std::string_view kCard = "4111111111111111";
constexpr std::size_t kShown = 8;  // as much of a secret as is still one

void check(bool holds, const char* what, std::string_view in, std::string_view out) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\nin:  %.*s\nout: %.*s\n", what, static_cast<int>(in.size()), in.data(),
                 static_cast<int>(out.size()), out.data());
    std::abort();
}

bool shows_secret(std::string_view text) {
    for (const std::string_view secret : {kPassword, kMail, kCard})
        if (text.find(secret.substr(0, kShown)) != std::string_view::npos) return true;
    return false;
}

// Something in the input that an escape might complete to a secret ("%E4" and "1111111").
bool may_show_secret(std::string_view text) {
    for (const char* part : {"1111", "cret", "alice"})
        if (text.find(part) != std::string_view::npos) return true;
    return false;
}

std::string shape_of(simdjson::dom::element element) {
    std::string out;
    if (element.is_object()) {
        out += '{';
        for (const auto field : simdjson::dom::object(element))
            out += shape_of(field.value);
        return out + "}";
    }
    if (element.is_array()) {
        out += '[';
        for (const simdjson::dom::element value : simdjson::dom::array(element))
            out += shape_of(value);
        return out + "]";
    }
    return element.is_bool() ? "b" : element.is_null() ? "n" : "v";
}

// Nothing: it is not valid.
std::string shape_of(const std::string& json) {
    simdjson::dom::parser parser;
    simdjson::dom::element element;
    return parser.parse(json).get(element) == simdjson::SUCCESS ? shape_of(element) : std::string();
}

std::string json_string(std::string_view text) {
    std::string out;
    apiarist::append_json_string(out, text);
    return out;
}

// The planted secrets with `text` among them.
std::string carrier(unsigned kind, const std::string& text) {
    const std::string password(kPassword);
    const std::string mail(kMail);
    const std::string card(kCard);
    switch (kind % 3) {
        case 0:
            return "{" + json_string(text) + ":[" + json_string(text) + "],\"password\":\"" + password +
                   "\",\"a\":{\"m\":\"to " + mail + "\"},\"n\":" + card + ",\"z\":" + json_string(text) + "}";
        case 1: {
            const std::string encoded = percent_encoded(text, UrlPart::kQuery);
            return "a=" + encoded + "&" + encoded + "=1&password=" + password +
                   "&m=" + percent_encoded(mail, UrlPart::kQuery) + "&n=" + card + "&z=" + encoded;
        }
        default: {
            const std::string encoded = xml_encoded(text);
            return "<r a=\"" + encoded + "\">" + encoded + "<password>" + password + "</password><m b='" + mail +
                   "'/>" + "<n>" + card + "</n>" + encoded + "</r>";
        }
    }
}

constexpr std::array<const char*, 8> kTypes = {"application/json",
                                               "application/x-www-form-urlencoded",
                                               "text/xml",
                                               "",
                                               "text/event-stream",
                                               "multipart/form-data; boundary=b",
                                               "application/javascript",
                                               "text/plain"};

void play_planted(ValueRedactor& values, unsigned kind, unsigned cut, const std::string& text) {
    const std::string whole = carrier(kind, text);
    const std::string body = whole.substr(0, cut % (whole.size() + 1));
    const bool is_cut = body.size() < whole.size();
    const std::string out = redact_body(values, {kTypes[kind % 3], body, false}, {0, is_cut});
    check(!shows_secret(out), "a planted secret shows", body, out);

    std::vector<apiarist::protocols::Header> headers{
        {"Cookie", "a=" + percent_encoded(text, UrlPart::kQuery) + "; b=" + std::string(kPassword)},
        {"X-Api-Key", std::string(kPassword)},
        {"X-User", std::string(kMail)},
        {text, "Bearer " + std::string(kMail)}};
    redact_headers(values, headers);
    for (const auto& header : headers)
        check(!shows_secret(header.value), "a field shows a secret", header.name, header.value);

    const std::string encoded = percent_encoded(text, UrlPart::kQuery);
    const std::string target =
        "/" + encoded + "/" + std::string(kMail) + "?" + encoded + "&token=" + std::string(kPassword);
    const std::string shown = redact_target(values, target, {}).value_or(target);
    check(!shows_secret(shown), "a target shows a secret", target, shown);
}

}  // namespace

// Control bytes: type and kind of carrier, whether cut, where (two).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static ValueRedactor values("a key");
    if (size < 4) return 0;
    const std::string bytes(reinterpret_cast<const char*>(data) + 4, size - 4);
    const bool cut = (data[1] & 1) != 0;
    const std::string out = redact_body(values, {kTypes[data[0] % kTypes.size()], bytes, false}, {0, cut});
    if (const std::string shape = shape_of(bytes); !shape.empty()) {
        const std::string json = redact_body(values, {"application/json", bytes, false}, {0, false});
        check(shape_of(json) == shape, "valid JSON keeps its shape", bytes, json);
    }
    std::vector<apiarist::protocols::Header> headers{{"Set-Cookie", bytes}, {"Content-Type", bytes}, {bytes, bytes}};
    redact_headers(values, headers);
    static_cast<void>(redact_target(values, bytes, {0, cut}));
    // What shows a secret itself proves nothing.
    if (!may_show_secret(bytes)) play_planted(values, data[0], data[2] * 256U + data[3], bytes);
    return 0;
}
