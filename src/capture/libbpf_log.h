// SPDX-License-Identifier: Apache-2.0
#pragma once
// libbpf's own text goes nowhere unless a call fails; then its last lines say why. Kept per thread.

#include <string>
#include <string_view>

namespace apiarist::capture {

// Forgets what this thread's calls said so far. The first call takes libbpf's output over for the process.
void clear_libbpf_log();
[[nodiscard]] std::string last_libbpf_line();
// The program that the kernel or libbpf refused, as "on_fork"; empty: the text names none.
[[nodiscard]] std::string refused_program();
[[nodiscard]] std::string refused_program(std::string_view log);
// What the verifier held against it, as "R1 type=inv expected=fp"; empty: it was not the verifier.
[[nodiscard]] std::string refusal();
[[nodiscard]] std::string refusal(std::string_view log);

}  // namespace apiarist::capture
