// SPDX-License-Identifier: Apache-2.0
#include "app/doctor.h"

#include <fmt/format.h>

#include "app/printable.h"
#include "base/json.h"
#include "capture/tls_stack.h"

namespace apiarist::app {
namespace {

using capture::Finding;
using capture::Verdict;

std::string_view verdict_text(Verdict verdict) {
    switch (verdict) {
        case Verdict::kOk:
            return "ok";
        case Verdict::kWarn:
            return "warn";
        case Verdict::kNo:
            return "no";
    }
    return "";
}

}  // namespace

std::string doctor_text(const std::vector<Finding>& findings) {
    std::string out;
    for (const Finding& finding : findings)
        out += fmt::format("{:<4}  {}: {}\n", verdict_text(finding.verdict), printable(finding.what),
                           printable(finding.detail));
    return out;
}

std::string doctor_json(const std::vector<Finding>& findings, bool can_capture) {
    std::string out = fmt::format("{{\n  \"can_capture\": {},\n  \"findings\": [", can_capture);
    std::string_view separator = "\n";
    for (const Finding& finding : findings) {
        out += fmt::format("{}    {{\"verdict\": \"{}\", \"what\": ", separator, verdict_text(finding.verdict));
        append_json_string(out, finding.what);
        out += ", \"detail\": ";
        append_json_string(out, finding.detail);
        out += '}';
        separator = ",\n";
    }
    return out + "\n  ]\n}\n";
}

int doctor(bool json) {
    capture::HostFacts facts = capture::read_host("/");
    facts.tls_libraries = capture::read_tls_libraries(capture::usual_tls_libraries("/"));
    capture::try_programs(facts);
    const auto findings = capture::judge(facts);
    const bool able = capture::can_capture(facts);
    fmt::print("{}", json ? doctor_json(findings, able) : doctor_text(findings));
    if (!able && !json) fmt::print("nothing can be captured on this host\n");
    return able ? 0 : 1;
}

}  // namespace apiarist::app
