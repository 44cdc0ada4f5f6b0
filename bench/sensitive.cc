// SPDX-License-Identifier: Apache-2.0
// What it costs to look for sensitive data, over the labelled set: may_hold() by KiB of payload, find() by value.
// Prints; judges nothing. Build and run: script/build release sensitive_bench && build/release/sensitive_bench
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "sensitive/scanner_testing.h"
#include "tests/sensitive/labelled.h"

namespace {

using apiarist::sensitive::testing::LabelledBody;
using apiarist::sensitive::testing::LabelledValue;
using apiarist::sensitive::testing::tool;

// The best of some rounds, in nanoseconds: others use the machine too.
double best_of(const std::function<void()>& round) {
    constexpr int kRounds = 30;
    double best = 1e18;
    for (int i = 0; i < kRounds; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        round();
        const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
        best = std::min(best, took.count());
    }
    return best;
}

void measure_payloads(const char* what, const std::vector<std::string>& payloads) {
    std::size_t bytes = 0;
    for (const std::string& payload : payloads)
        bytes += payload.size();
    if (bytes == 0) return;
    std::size_t yes = 0;
    const double took = best_of([&] {
        yes = 0;
        for (const std::string& payload : payloads)
            yes += tool().may_hold(payload) ? 1 : 0;
    });
    std::printf("may_hold, %-34s %7.0f ns per KiB, %7.0f ns each (%zu payloads of %zu bytes, yes to %zu)\n", what,
                took / (static_cast<double>(bytes) / 1024), took / static_cast<double>(payloads.size()),
                payloads.size(), bytes / payloads.size(), yes);
}

void measure_values(const char* what, const std::vector<LabelledBody>& bodies,
                    const std::function<bool(const LabelledValue&)>& wanted) {
    std::vector<LabelledValue> values;
    std::size_t bytes = 0;
    for (const LabelledBody& body : bodies)
        for (const LabelledValue& value : body.values)
            if (wanted(value)) values.push_back(value);
    for (const LabelledValue& value : values)
        bytes += value.text.size();
    if (values.empty()) return;
    std::size_t found = 0;
    const double took = best_of([&] {
        for (const LabelledValue& value : values)
            found += tool().find(value.name, value.text).size();
    });
    std::printf("find, values %-20s %7.0f ns each (%zu values of %zu bytes)\n", what,
                took / static_cast<double>(values.size()), values.size(), bytes / values.size());
}

// What most payloads are: nothing in it for anybody.
std::string ordinary_payload() {
    std::string out = R"({"orders":[)";
    for (int i = 0; i < 2; ++i)
        out +=
            R"({"id":48151623,"sku":"AB-1234-XL","title":"Ultra light trekking backpack","price":129.95,"currency":"EUR",)"
            R"("created_at":"2024-03-07T12:34:56.789Z","updated":1709815696789,"tags":["outdoor","sale","new"],)"
            R"("hash":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","dims":{"w":12.5,"h":40.25},)"
            R"("image":"https://cdn.shop.example/img/2024/03/backpack_large.png?w=640&h=480","in_stock":true,)"
            R"("uuid":"550e8400-e29b-41d4-a716-446655440000"},)";
    out.back() = ']';
    return out + R"(,"page":1,"total":2})";
}

bool has_escapes(const std::string& body) {
    return body.find('\\') != std::string::npos || body.find('%') != std::string::npos;
}

}  // namespace

int main() {
    const auto bodies = apiarist::sensitive::testing::read_labelled(APIARIST_LABELLED);
    std::vector<std::string> held;
    std::vector<std::string> plain;
    std::vector<std::string> escaped;
    for (const LabelledBody& body : bodies) {
        if (body.kind == "header") continue;
        if (tool().may_hold(body.body)) {
            held.push_back(body.body);
        } else {
            (has_escapes(body.body) ? escaped : plain).push_back(body.body);
        }
    }
    measure_payloads("no, ordinary JSON", std::vector<std::string>(64, ordinary_payload()));
    measure_payloads("yes", held);
    measure_payloads("no, look-alikes without escapes", plain);
    measure_payloads("no, look-alikes with escapes", escaped);
    measure_values("all", bodies, [](const auto&) { return true; });
    measure_values("without a finding", bodies,
                   [](const auto& value) { return tool().find(value.name, value.text).empty(); });
    measure_values("with one", bodies, [](const auto& value) { return !tool().find(value.name, value.text).empty(); });
    return 0;
}
