// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the collector says on standard error while it runs: lines of "apiarist: …". The line that says why a run cannot
// begin or failed is not one of them and comes at any level (fail()). A value; any thread.

#include <cstdint>
#include <string>
#include <string_view>

#include "app/settings.h"

namespace apiarist::app {

enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError, kOff };

class Log {
  public:
    explicit Log(Level least) : least_(least) {}
    // By --log-level; --quiet leaves out what is only information.
    explicit Log(const Settings& settings);

    [[nodiscard]] bool wants(Level level) const { return level >= least_; }
    void debug(std::string_view text) const { say(Level::kDebug, text); }
    void info(std::string_view text) const { say(Level::kInfo, text); }
    void warn(std::string_view text) const { say(Level::kWarn, text); }
    void error(std::string_view text) const { say(Level::kError, text); }

  private:
    void say(Level level, std::string_view text) const;
    Level least_;
};

// What comes from outside (a file's name, a broker's word) must not make lines or steer a terminal: control characters
// as "\x0a".
[[nodiscard]] std::string one_line(std::string_view text);

}  // namespace apiarist::app
