// SPDX-License-Identifier: Apache-2.0
#include "app/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace apiarist::app {
namespace {

// The texts that the setting takes.
Level level_of(const std::string& text) {
    if (text == "debug") return Level::kDebug;
    if (text == "info") return Level::kInfo;
    if (text == "warn") return Level::kWarn;
    return text == "error" ? Level::kError : Level::kOff;
}

}  // namespace

Log::Log(const Settings& settings) : least_(level_of(settings.text("log-level"))) {
    if (settings.flag("quiet")) least_ = std::max(least_, Level::kWarn);
}

void Log::say(Level level, std::string_view text) const {
    if (wants(level)) fmt::print(stderr, "apiarist: {}\n", one_line(text));
}

std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f)
            out += fmt::format("\\x{:02x}", byte);
        else
            out += c;
    }
    return out;
}

}  // namespace apiarist::app
