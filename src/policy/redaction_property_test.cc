// SPDX-License-Identifier: Apache-2.0
// Random JSON with secrets planted in it: none is left, also when it is cut anywhere; the rest is as before, and valid;
// a second redaction changes nothing.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>
#include <string>
#include <vector>

#include "base/json.h"
#include "policy/redaction_body.h"
#include "policy/redaction_testing.h"

namespace apiarist::policy {
namespace {

class Generator {
  public:
    explicit Generator(unsigned seed) : random_(seed) {}

    std::string document() {
        secrets.clear();
        return pick(4) == 0 ? list(0) : object(0);
    }
    std::size_t pick(std::size_t n) { return random_() % n; }
    std::vector<std::string> secrets;  // of the last document

  private:
    std::string random_text(std::string_view alphabet, std::size_t size) {
        std::string text;
        while (text.size() < size)
            text += alphabet[pick(alphabet.size())];
        return text;
    }

    // With one character in eight as \uXXXX.
    std::string quoted(std::string_view text) {
        static constexpr char kHex[] = "0123456789abcdef";
        std::string out = "\"";
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') {
                out += '\\';
                out += c;
            } else if (pick(8) == 0) {
                out += "\\u00";
                out += kHex[byte >> 4];
                out += kHex[byte & 15];
            } else {
                out += c;
            }
        }
        return out + '"';
    }

    std::string recognised() {
        const std::string name = random_text("abcdefghijklmnopqrstuvwxyz", 8);
        const std::string mixed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        switch (pick(5)) {
            case 0:
                return name + "@" + random_text("abcdefghij", 6) + ".example";
            case 1:
                return "eyJhbGciOiJub25lIn0." + random_text(mixed, 24) + "." + random_text(mixed, 12);
            case 2:
                return random_text("0123456789abcdef", 40);
            case 3:
                return "ghp_" + random_text(mixed, 36);
            default:
                return "AKIA" + random_text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);
        }
    }

    std::string remember(std::string secret) {
        secrets.push_back(secret);
        return secret;
    }

    std::string harmless() {
        constexpr const char* kValues[] = {
            "null", "true", "17", "-2.5e3", "\"\"", "\"plain\"", "\"a \\\"b\\\" \\u00e9\""};
        return kValues[pick(std::size(kValues))];
    }

    std::string value(unsigned depth) {
        if (depth < 4 && pick(4) == 0) return object(depth + 1);
        if (depth < 4 && pick(6) == 0) return list(depth + 1);
        if (pick(3) == 0) return quoted(remember(recognised()));
        if (pick(6) == 0) return quoted("text with " + remember(recognised()) + " in it");
        return harmless();
    }

    // Below a secret name anything is secret.
    std::string member(unsigned depth) {
        constexpr const char* kNames[] = {"password", "accessToken", "client-secret", "user_pin", "API_KEY"};
        constexpr const char* kOthers[] = {"id", "name", "note", "items", "shipping", "author"};
        const std::string space = pick(3) == 0 ? " " : "";
        if (pick(3) != 0) return quoted(kOthers[pick(std::size(kOthers))]) + space + ":" + space + value(depth);
        const std::string text = remember(random_text("abcdefghijkmnpqrstuvwxyz23456789!&<\"\\", 10));
        std::string leaf = quoted(text);
        if (pick(4) == 0) leaf = "[" + leaf + "," + remember("7" + random_text("123456789", 9)) + "]";
        return quoted(kNames[pick(std::size(kNames))]) + space + ":" + space + leaf;
    }

    std::string object(unsigned depth) {
        std::string out = "{";
        for (std::size_t left = pick(5); left > 0; --left)
            out += member(depth) + (left > 1 ? "," : "");
        return out + "}";
    }

    std::string list(unsigned depth) {
        std::string out = "[";
        for (std::size_t left = pick(5); left > 0; --left)
            out += value(depth) + (left > 1 ? ", " : "");
        return out + "]";
    }

    std::minstd_rand random_;
};

std::string redacted(ValueRedactor& values, std::string_view json, bool cut) {
    return redact_body(values, {"application/json", json, false}, {0, cut});
}

// Names, nesting, and what is neither a string nor a number.
std::string shape_of(simdjson::dom::element element) {
    std::string out;
    if (element.is_object()) {
        out += '{';
        for (const auto& [name, value] : simdjson::dom::object(element))
            out += std::string(name) + ":" + shape_of(value) + ",";
        return out + "}";
    }
    if (element.is_array()) {
        out += '[';
        for (const simdjson::dom::element value : simdjson::dom::array(element))
            out += shape_of(value) + ",";
        return out + "]";
    }
    return element.is_bool() ? "bool" : element.is_null() ? "null" : "leaf";
}

std::string shape_of(const std::string& json) {
    simdjson::dom::parser parser;
    simdjson::dom::element element;
    if (parser.parse(json).get(element) != simdjson::SUCCESS) return "invalid: " + json;
    return shape_of(element);
}

// Also as it is written in JSON.
std::string leak(const std::string& text, const std::vector<std::string>& secrets, std::size_t size) {
    for (const std::string& secret : secrets) {
        const std::string part = secret.substr(0, size);
        std::string escaped;
        append_json_string(escaped, part);
        if (text.find(part) != std::string::npos) return secret;
        if (text.find(escaped.substr(1, escaped.size() - 2)) != std::string::npos) return secret;
    }
    return {};
}

TEST(RedactionProperty, random_json_keeps_its_shape_and_loses_its_secrets) {
    Generator generator(1);
    ValueRedactor values(testing::kKey);
    std::size_t planted = 0;
    for (int round = 0; round < 3000; ++round) {
        const std::string json = generator.document();
        planted += generator.secrets.size();
        ASSERT_EQ(shape_of(json).substr(0, 7).find("invalid"), std::string::npos) << json;
        const std::string out = redacted(values, json, false);
        ASSERT_EQ(shape_of(out), shape_of(json)) << json;
        ASSERT_EQ(leak(out, generator.secrets, std::string::npos), "") << json << "\n" << out;
        ASSERT_EQ(redacted(values, out, false), out);
    }
    EXPECT_GT(planted, 3000U);
}

// As much of a secret as is still one.
TEST(RedactionProperty, cut_anywhere_it_loses_them_too) {
    Generator generator(2);
    ValueRedactor values(testing::kKey);
    constexpr std::size_t kPart = 8;
    for (int round = 0; round < 300; ++round) {
        const std::string json = generator.document();
        for (std::size_t size = 1; size < json.size(); ++size) {
            const std::string out = redacted(values, json.substr(0, size), true);
            ASSERT_EQ(leak(out, generator.secrets, kPart), "") << json.substr(0, size) << "\n" << out;
        }
    }
}

}  // namespace
}  // namespace apiarist::policy
