// SPDX-License-Identifier: Apache-2.0
#include "capture/libbpf_log.h"

#include <bpf/libbpf.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace apiarist::capture {
namespace {

struct Free {
    void operator()(char* text) const { std::free(text); }
};

std::string& thread_log() {
    static thread_local std::string log;
    return log;
}

int collect(libbpf_print_level level, const char* format, va_list arguments) {
    if (level != LIBBPF_WARN) return 0;
    // The verifier's log comes as one long message; its end says what was wrong.
    constexpr std::size_t kMostOfAMessage = 2048;
    constexpr std::size_t kMost = 16384;
    char* text = nullptr;
    const int n = ::vasprintf(&text, format, arguments);
    if (n < 0) return n;
    const std::unique_ptr<char, Free> owner(text);
    std::string_view message(text, static_cast<std::size_t>(n));
    std::string& log = thread_log();
    if (message.size() > kMostOfAMessage) {
        log.append(message.substr(0, kMostOfAMessage / 4));
        message.remove_prefix(message.size() - kMostOfAMessage);
    }
    if (log.size() < kMost) log.append(message);
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

std::string refusal(std::string_view log) {
    constexpr std::string_view kEnd = "-- END PROG LOAD LOG --";
    std::string_view text = log.substr(0, log.find(kEnd));
    if (text.size() == log.size()) return {};
    // The line before the verifier's statistics.
    std::string_view last;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const auto colon = line.starts_with("libbpf: ") ? std::string_view::npos : line.find_first_not_of(" \t");
        if (colon != std::string_view::npos && !line.starts_with("processed ") &&
            !line.starts_with("verification time"))
            last = line;
    }
    return std::string(last);
}

std::string refusal() {
    return refusal(thread_log());
}

}  // namespace apiarist::capture
