// SPDX-License-Identifier: Apache-2.0
// Values of hostile bytes under hostile names. Input: a control byte, the name up to a line's end, the value. Checked:
// findings are inside the value, by offset, few, and those of the known types do not overlap; equal input has equal
// findings; and of a payload that carries the value (JSON, a form, with any escapes) may_hold() never says a wrong no.
// Of control byte 255 the rest is a user's pattern instead.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sensitive/scanner_testing.h"

namespace {

using apiarist::sensitive::CustomPattern;
using apiarist::sensitive::Finding;
using apiarist::sensitive::testing::payloads_of;
using apiarist::sensitive::testing::Tool;

void check(bool holds, const char* what, std::string_view name, std::string_view value) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\nname:  %.*s\nvalue: %.*s\n", what, static_cast<int>(name.size()), name.data(),
                 static_cast<int>(value.size()), value.data());
    std::abort();
}

void play_value(Tool& tool, std::size_t custom_from, const std::string& name, const std::string& value) {
    const auto findings = tool.find(name, value);
    check(findings.size() <= apiarist::sensitive::kMostFindings, "findings are bounded", name, value);
    std::size_t last = 0;
    std::size_t known_until = 0;
    for (const Finding& finding : findings) {
        check(finding.length > 0 && finding.offset <= value.size() && finding.length <= value.size() - finding.offset,
              "a finding is inside the value", name, value);
        check(finding.offset >= last, "findings come by offset", name, value);
        last = finding.offset;
        if (finding.type >= custom_from) continue;
        check(finding.offset >= known_until, "findings do not overlap", name, value);
        known_until = finding.offset + finding.length;
    }
    check(findings == tool.find(name, value), "equal input has equal findings", name, value);
    if (findings.empty()) return;
    for (const std::string& payload : payloads_of(name, value))
        check(tool.may_hold(payload), "may_hold() says yes", name, payload);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Tool plain;
    static Tool custom({CustomPattern{"ticket", "", R"(^TKT-\d{4,8}$)", "", {}},
                        CustomPattern{"badge", "", R"((?i)\bbadge[:= "/]+[a-f0-9]{4}\b)", "", {}},
                        CustomPattern{"ward", "", R"(\d+)", "ward", {}}});
    static const std::size_t known = plain.scanner().types().size();
    if (size < 1) return 0;
    const std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (data[0] == 0xff) {
        const auto end = rest.find('\n');
        const CustomPattern pattern{"fuzzed", "", rest.substr(0, end), "", {}};
        const auto patterns = apiarist::sensitive::CustomPatterns::compile({&pattern, 1});
        if (!patterns || end == std::string::npos) return 0;
        const std::string value = rest.substr(end + 1);
        std::vector<apiarist::sensitive::CustomMatch> found;
        patterns->find("", value, 8, found);
        check(found.empty() || patterns->may_hold("{\"a\":\"x" + value + "y\"}"), "may_hold() of a pattern says yes",
              pattern.value, value);
        return 0;
    }
    const auto line = rest.find('\n');
    const std::string name = line == std::string::npos ? std::string() : rest.substr(0, line);
    const std::string value = line == std::string::npos ? rest : rest.substr(line + 1);
    play_value(data[0] % 2 == 0 ? plain : custom, known, name, value);
    return 0;
}
