// SPDX-License-Identifier: Apache-2.0
#include "app/doctor.h"

#include <gtest/gtest.h>

namespace apiarist::app {
namespace {

using capture::Finding;
using capture::Verdict;

const std::vector<Finding> kFindings{{Verdict::kOk, "kernel", "Linux 6.1.0"},
                                     {Verdict::kWarn, "cgroup v2", "not mounted"},
                                     {Verdict::kNo, "TLS library /a\"b", "bad\x1b[2J\xff"}};

TEST(DoctorText, a_line_for_each_finding) {
    EXPECT_EQ(doctor_text(kFindings),
              "ok    kernel: Linux 6.1.0\n"
              "warn  cgroup v2: not mounted\n"
              "no    TLS library /a\"b: bad?[2J?\n");
}

TEST(DoctorJson, the_same_as_an_object) {
    EXPECT_EQ(doctor_json(kFindings, true),
              "{\n  \"can_capture\": true,\n  \"findings\": [\n"
              R"(    {"verdict": "ok", "what": "kernel", "detail": "Linux 6.1.0"},)"
              "\n"
              R"(    {"verdict": "warn", "what": "cgroup v2", "detail": "not mounted"},)"
              "\n"
              R"(    {"verdict": "no", "what": "TLS library /a\"b", "detail": "bad\u001b[2J)"
              "\xef\xbf\xbd\"}\n  ]\n}\n");
    EXPECT_EQ(doctor_json({}, false), "{\n  \"can_capture\": false,\n  \"findings\": [\n  ]\n}\n");
}

}  // namespace
}  // namespace apiarist::app
