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

bool has_escapes(const std::string& body) {
    return body.find('\\') != std::string::npos || body.find('%') != std::string::npos;
}

}  // namespace

int main() {
    const auto bodies = apiarist::sensitive::testing::read_labelled(APIARIST_LABELLED);
    std::vector<std::string> held;
    std::vector<std::string> plain;
    std::vector<std::string> escaped;
    std::size_t values = 0;
    std::size_t bytes = 0;
    for (const LabelledBody& body : bodies) {
        values += body.values.size();
        for (const auto& value : body.values)
            bytes += value.text.size();
        if (body.kind == "header") continue;
        if (tool().may_hold(body.body)) {
            held.push_back(body.body);
        } else {
            (has_escapes(body.body) ? escaped : plain).push_back(body.body);
        }
    }
    measure_payloads("yes (ends at the first sign)", held);
    measure_payloads("no, without escapes (read to its end)", plain);
    measure_payloads("no, with escapes (read again)", escaped);
    if (values == 0) return 1;

    std::vector<apiarist::sensitive::Finding> findings;
    const double took = best_of([&] {
        for (const LabelledBody& body : bodies)
            for (const auto& value : body.values)
                findings = tool().find(value.name, value.text);
    });
    std::printf("find, all values %7.0f ns per value (%zu values of %zu bytes), %.0f ns per KiB\n",
                took / static_cast<double>(values), values, bytes / values, took / (static_cast<double>(bytes) / 1024));
    return 0;
}
