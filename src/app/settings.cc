// SPDX-License-Identifier: Apache-2.0
#include "app/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace apiarist::app {
namespace {

constexpr unsigned kPipeline = kRun | kReplay;

constexpr std::array kTable = {
    Setting{"pid", "APIARIST_PID", Kind::kList, "", "", "trace this process and its descendants; may be repeated",
            kRun},
    Setting{"cgroup", "APIARIST_CGROUP", Kind::kList, "", "",
            "trace the processes of this cgroup (v2) and those below it; may be repeated", kRun},
    Setting{"all", "APIARIST_ALL", Kind::kFlag, "false", "", "trace every process of the node", kRun},
    Setting{"for", "APIARIST_FOR", Kind::kDuration, "0", "s",
            "end after this time; 0: when told to, or with the command", kRun},
    Setting{"ndjson", "APIARIST_NDJSON", Kind::kText, "", "",
            "write records as lines of JSON to this file; -: standard output", kPipeline},
    Setting{"null", "APIARIST_NULL", Kind::kFlag, "false", "", "parse and pair, then drop the records", kPipeline},
    Setting{"ledger", "APIARIST_LEDGER", Kind::kText, "", "", "write the ledger as JSON to this file at exit",
            kPipeline},
    Setting{"record", "APIARIST_RECORD", Kind::kText, "", "",
            "write the raw events to this file, for `apiarist replay`", kRun},
    Setting{"clear", "APIARIST_CLEAR", Kind::kFlag, "true", "", "read HTTP that passes sockets in clear", kRun},
    Setting{"tls", "APIARIST_TLS", Kind::kFlag, "true", "", "read HTTP under TLS, in the TLS libraries", kRun},
    Setting{"workers", "APIARIST_WORKERS", Kind::kCount, "1", "", "worker threads, each with a ring of its own; 1 to 4",
            kRun},
    Setting{"ring-bytes", "APIARIST_RING_BYTES", Kind::kBytes, "32M", "bytes",
            "memory of each ring between kernel and worker", kRun},
    Setting{"call-bytes", "APIARIST_CALL_BYTES", Kind::kBytes, "2M", "bytes",
            "bytes of one system or TLS call that are copied", kRun},
    Setting{"budget-bytes", "APIARIST_BUDGET_BYTES", Kind::kBytes, "0", "bytes",
            "bytes that are copied in each ring and second; beyond it whole exchanges are left out; 0: no limit", kRun},
    Setting{"cpu-limit", "APIARIST_CPU_LIMIT", Kind::kCount, "0", "%",
            "of one CPU, that the collector may use: above it whole exchanges are left out, and where that does not "
            "help it detaches; 0: no limit",
            kRun},
    Setting{"return-probes", "APIARIST_RETURN_PROBES", Kind::kText, "auto", "",
            "auto: except on kernels where one may kill a process under seccomp; always; never", kRun},
    Setting{"body-bytes", "APIARIST_BODY_BYTES", Kind::kBytes, "1M", "bytes",
            "bytes of a body that are kept, before and after its content coding is removed", kPipeline},
    Setting{"metrics", "APIARIST_METRICS", Kind::kText, "", "",
            "serve /metrics, /healthz and /readyz here, as in 127.0.0.1:9464", kRun},
    Setting{"quiet", "APIARIST_QUIET", Kind::kFlag, "false", "", "no summary on standard error at exit", kPipeline},
};

std::optional<double> parse_number(std::string_view text, std::string_view& rest) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value < 0 || !std::isfinite(value)) return std::nullopt;
    rest = text.substr(static_cast<std::size_t>(end - text.data()));
    return value;
}

bool is_flag_text(std::string_view text) {
    return text == "true" || text == "false";
}

bool is_valid(Kind kind, std::string_view text) {
    switch (kind) {
        case Kind::kFlag:
            return is_flag_text(text);
        case Kind::kText:
        case Kind::kList:
            return true;
        case Kind::kCount: {
            std::uint64_t value = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            return error == std::errc{} && end == text.data() + text.size();
        }
        case Kind::kBytes:
            return parse_bytes(text).has_value();
        case Kind::kDuration:
            return parse_duration(text).has_value();
    }
    return false;
}

std::string_view kind_words(Kind kind) {
    switch (kind) {
        case Kind::kFlag:
            return "true or false";
        case Kind::kText:
            return "a text";
        case Kind::kList:
            return "a text, may be repeated";
        case Kind::kCount:
            return "a whole number";
        case Kind::kBytes:
            return "a number of bytes, as in 65536, 64K or 1M";
        case Kind::kDuration:
            return "a duration, as in 30s, 1.5s, 200ms or 5m";
    }
    return "";
}

std::string_view origin_words(Origin origin) {
    switch (origin) {
        case Origin::kDefault:
            return "default";
        case Origin::kEnvironment:
            return "environment";
        case Origin::kCommandLine:
            return "command line";
    }
    return "";
}

std::vector<std::string> split_commas(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        if (comma > at) parts.push_back(text.substr(at, comma - at));
        at = comma + 1;
    }
    return parts;
}

}  // namespace

std::span<const Setting> setting_table() {
    return kTable;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    std::string_view rest;
    const auto number = parse_number(text, rest);
    if (!number) return std::nullopt;
    double factor = 1;
    if (rest == "K" || rest == "k")
        factor = 1024.0;
    else if (rest == "M" || rest == "m")
        factor = 1024.0 * 1024;
    else if (rest == "G" || rest == "g")
        factor = 1024.0 * 1024 * 1024;
    else if (!rest.empty())
        return std::nullopt;
    const double bytes = *number * factor;
    if (bytes > 1e15) return std::nullopt;
    return static_cast<std::uint64_t>(bytes);
}

std::optional<std::uint64_t> parse_duration(std::string_view text) {
    std::string_view rest;
    const auto number = parse_number(text, rest);
    if (!number) return std::nullopt;
    double seconds = *number;
    if (rest == "ms")
        seconds /= 1000;
    else if (rest == "m")
        seconds *= 60;
    else if (rest == "h")
        seconds *= 3600;
    else if (!rest.empty() && rest != "s")
        return std::nullopt;
    if (seconds > 1e9) return std::nullopt;
    return static_cast<std::uint64_t>(seconds * 1e9);
}

Result<Settings> Settings::make(const std::map<std::string, std::vector<std::string>, std::less<>>& given,
                                const Environment& environment) {
    Settings settings;
    for (const Setting& setting : kTable) {
        Value value;
        std::string source = fmt::format("--{}", setting.name);
        if (const auto found = given.find(setting.name); found != given.end() && !found->second.empty()) {
            value = {found->second, Origin::kCommandLine};
        } else if (auto text = environment(setting.variable); text && !text->empty()) {
            value = {setting.kind == Kind::kList ? split_commas(*text) : std::vector{*text}, Origin::kEnvironment};
            source = setting.variable;
        } else if (setting.kind != Kind::kList) {
            value.texts = {std::string(setting.fallback)};
        }
        for (const std::string& text : value.texts)
            if (!is_valid(setting.kind, text))
                return Error{std::errc::invalid_argument,
                             fmt::format("{}: \"{}\" is not {}", source, text, kind_words(setting.kind))};
        settings.values_.emplace(setting.name, std::move(value));
    }
    return settings;
}

const Value& Settings::value(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) std::abort();  // a name that is not in the table: a mistake of ours
    return found->second;
}

bool Settings::flag(std::string_view name) const {
    return value(name).texts.front() == "true";
}
std::string Settings::text(std::string_view name) const {
    return value(name).texts.front();
}
const std::vector<std::string>& Settings::list(std::string_view name) const {
    return value(name).texts;
}
std::uint64_t Settings::count(std::string_view name) const {
    return parse_bytes(text(name)).value_or(0);
}
std::uint64_t Settings::duration_ns(std::string_view name) const {
    return parse_duration(text(name)).value_or(0);
}

std::string config_text(const Settings& settings) {
    std::string out;
    for (const Setting& setting : kTable) {
        const Value& value = settings.value(setting.name);
        out += fmt::format("{:<12} = {:<10} from {:<13} default {:<8} {:<6} {:<22} {}\n", setting.name,
                           fmt::format("{}", fmt::join(value.texts, ",")), origin_words(value.origin),
                           setting.fallback.empty() ? "-" : setting.fallback, setting.unit, setting.variable,
                           setting.meaning);
    }
    return out;
}

std::string config_markdown() {
    std::string out =
        "# Configuration\n\nMade from the table in `src/app/settings.cc` by `apiarist config --markdown`; do not "
        "edit.\n"
        "A value comes from the command line, else from the environment, else it is the default. A bad value is an "
        "error\n"
        "(exit status 2) before anything is attached.\n\n"
        "| flag | variable | default | unit | meaning |\n| --- | --- | --- | --- | --- |\n";
    for (const Setting& setting : kTable)
        out += fmt::format("| `--{}` | `{}` | {} | {} | {} |\n", setting.name, setting.variable,
                           setting.fallback.empty() ? "" : fmt::format("`{}`", setting.fallback), setting.unit,
                           setting.meaning);
    return out;
}

}  // namespace apiarist::app
