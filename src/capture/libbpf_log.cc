// SPDX-License-Identifier: Apache-2.0
#include "capture/libbpf_log.h"

#include <bpf/libbpf.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace apiarist::capture {
namespace {

std::string& thread_log() {
    static thread_local std::string log;
    return log;
}

int collect(libbpf_print_level level, const char* format, va_list arguments) {
    if (level != LIBBPF_WARN) return 0;
    char line[512];
    const int n = std::vsnprintf(line, sizeof(line), format, arguments);
    std::string& log = thread_log();
    if (log.size() < 4096)
        log.append(line, std::min<std::size_t>(static_cast<std::size_t>(std::max(n, 0)), sizeof(line) - 1));
    return n;
}

}  // namespace

void clear_libbpf_log() {
    libbpf_set_print(collect);
    thread_log().clear();
}

std::string last_libbpf_line() {
    const std::string& text = thread_log();
    const auto end = text.find_last_not_of('\n');
    if (end == std::string::npos) return {};
    const auto before = text.rfind('\n', end);
    const std::size_t start = before == std::string::npos ? 0 : before + 1;
    return text.substr(start, end - start + 1);
}

std::string refused_program(std::string_view log) {
    constexpr std::string_view kStart = "prog '";
    const auto start = log.find(kStart);
    if (start == std::string_view::npos) return {};
    const std::string_view name = log.substr(start + kStart.size());
    const auto end = name.find('\'');
    return end == std::string_view::npos ? std::string() : std::string(name.substr(0, end));
}

std::string refused_program() {
    return refused_program(thread_log());
}

}  // namespace apiarist::capture
