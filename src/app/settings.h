// SPDX-License-Identifier: Apache-2.0
#pragma once
// Every setting, once: its names, default, unit and meaning. The table is the source of --help, of `apiarist config`
// and of docs/configuration.md. Values come from the command line, then from our own environment variable, then from
// those of the reference (Akto's collector), then the default. A bad value of ours is an error; one of the reference's
// is a warning, and the default stands: a DaemonSet must not crash-loop over what the reference tolerates.

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace apiarist::app {

enum class Kind : std::uint8_t { kFlag, kText, kList, kCount, kBytes, kDuration, kBrokers };

enum Command : unsigned {
    kRun = 1,
    kReplay = 2,
    kConfig = 4,
    kDoctor = 8,
    kCoverage = 16,
    kProcessor = 32,
    kExport = 64,
    kTokens = 128
};

// How the reference writes a value that we write in another way.
enum class Form : std::uint8_t {
    kSame,
    kMegabytes,     // a whole number; negative: no limit
    kLevel,         // in any case
    kMilliseconds,  // a whole number
    kTrue,          // true where the text is "true" in any case, else false
    kNotTrue,       // the opposite
    kCaptureClear,  // CAPTURE_ALL and CAPTURE_SSL together
    kCaptureTls,
    kSet,         // true where there is such a variable, whatever it says
    kListIfTrue,  // true: our default list; else an empty one
};

struct Reference {
    std::string_view variable;  // empty: none
    Form form = Form::kSame;
};

struct Setting {
    std::string_view name;      // --name
    std::string_view variable;  // ours
    Kind kind;
    std::string_view fallback;  // the default, as it would be written
    std::string_view unit;      // "" where none
    std::string_view meaning;
    unsigned commands;                     // where it is a flag
    std::array<Reference, 2> reference{};  // the first that is set wins
    bool secret = false;                   // never shown
    std::string_view allowed = {};  // texts by commas ("0,1,all"), or a range ("1..900s"); empty: all of its kind
};

[[nodiscard]] std::span<const Setting> setting_table();
[[nodiscard]] bool is_valid(const Setting& setting, std::string_view text);
[[nodiscard]] std::string default_text(std::string_view name);

enum class Origin : std::uint8_t { kDefault, kEnvironment, kCommandLine };

struct Value {
    std::vector<std::string> texts;  // one, but for lists
    Origin origin = Origin::kDefault;
    std::string source;  // the variable or flag; empty: the default
};

using Environment = std::function<std::optional<std::string>(std::string_view)>;

class Settings {
  public:
    // `given`: what the command line says, by setting name. Every value is checked here, before anything is attached.
    static Result<Settings> make(const std::map<std::string, std::vector<std::string>, std::less<>>& given,
                                 const Environment& environment);

    [[nodiscard]] bool flag(std::string_view name) const;
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] const std::vector<std::string>& list(std::string_view name) const;
    [[nodiscard]] std::uint64_t count(std::string_view name) const;        // kCount, kBytes
    [[nodiscard]] std::uint64_t duration_ns(std::string_view name) const;  // kDuration
    [[nodiscard]] const Value& value(std::string_view name) const;
    // What the user should know: values of the reference that were not understood.
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
    // A variable of the reference was set and not understood, and the default stands for it.
    [[nodiscard]] bool misread(std::string_view name) const { return misread_.contains(name); }

  private:
    static Result<Value> own_value(const Setting& setting, const std::vector<std::string>* given,
                                   const Environment& environment);
    std::optional<Value> reference_value(const Setting& setting, const Environment& environment);
    // A limit of the reference that no run could begin below is a bad value.
    void keep_hard_limit_above_rings();

    std::map<std::string, Value, std::less<>> values_;
    std::vector<std::string> warnings_;
    std::set<std::string, std::less<>> misread_;
};

// "64K", "1M", "2G" (powers of 1024) or a plain number.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text);
// "30s", "1.5s", "200ms", "5m", "1h", or a plain number of seconds. In nanoseconds.
[[nodiscard]] std::optional<std::uint64_t> parse_duration(std::string_view text);

// The value in force; of a secret, or a URL that may have one in it, what stands instead.
[[nodiscard]] std::string shown_value(const Setting& setting, const Value& value,
                                      std::string_view instead = "(not shown)");
// "kafka-acks = all, from --kafka-acks": those that are not at their default. No secret.
[[nodiscard]] std::vector<std::string> chosen_settings(const Settings& settings);
// What `apiarist config` prints.
[[nodiscard]] std::string config_text(const Settings& settings);
// docs/configuration.md.
[[nodiscard]] std::string config_markdown();

}  // namespace apiarist::app
