// SPDX-License-Identifier: Apache-2.0
#include "app/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "app/brokers.h"
#include "app/reference_variables.h"
#include "base/text.h"

namespace apiarist::app {
namespace {

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

bool is_of_kind(Kind kind, std::string_view text) {
    switch (kind) {
        case Kind::kFlag:
            return is_flag_text(text);
        case Kind::kText:
        case Kind::kList:
            return true;
        case Kind::kCount: {
            std::uint64_t value = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            return error == std::errc{} && end == text.data() + text.size() && parse_bytes(text).has_value();
        }
        case Kind::kBytes:
            return parse_bytes(text).has_value();
        case Kind::kDuration:
            return parse_duration(text).has_value();
        case Kind::kBrokers:
            return text.empty() || parse_brokers(text).has_value();
    }
    return false;
}

bool is_in_range(const Setting& setting, std::string_view text) {
    const auto dots = setting.allowed.find("..");
    const auto measure = [&setting](std::string_view one) {
        return setting.kind == Kind::kDuration ? parse_duration(one) : parse_bytes(one);
    };
    const auto value = measure(text);
    return value >= measure(setting.allowed.substr(0, dots)) && value <= measure(setting.allowed.substr(dots + 2));
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
        case Kind::kBrokers:
            return "host:port, several by commas";
    }
    return "";
}

std::string wanted_words(const Setting& setting) {
    if (setting.allowed.empty()) return std::string(kind_words(setting.kind));
    if (setting.kind == Kind::kText) return fmt::format("one of {}", setting.allowed);
    return fmt::format("{}, {}", kind_words(setting.kind), setting.allowed);
}

// Brokers are written with a password by who takes them for a URL.
std::string shown(const Setting& setting, std::string_view text) {
    const bool hidden = setting.secret || (setting.kind == Kind::kBrokers && text.find('@') != std::string_view::npos);
    return hidden ? "(not shown)" : fmt::format("\"{}\"", text);
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

std::vector<std::string> default_texts(const Setting& setting) {
    if (setting.kind == Kind::kList) return split_commas(std::string(setting.fallback));
    return {std::string(setting.fallback)};
}

bool is_true(std::string_view text) {
    return to_lower(text) == "true";
}

std::optional<long long> parse_whole(std::string_view text) {
    long long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::vector<std::string>> if_valid(const Setting& setting, const std::string& text) {
    if (!is_valid(setting, text)) return std::nullopt;
    return std::vector{text};
}

// The reference's text as we would write it; nothing: it is not understood.
std::optional<std::vector<std::string>> in_our_words(const Setting& setting, Form form, const std::string& text,
                                                     const Environment& environment) {
    const bool tls_wanted = is_true(environment("CAPTURE_SSL").value_or(""));
    switch (form) {
        case Form::kSame:
            if (setting.kind == Kind::kList) return split_commas(text);
            return if_valid(setting, text);
        case Form::kMegabytes: {
            const auto megabytes = parse_whole(text);
            if (!megabytes) return std::nullopt;
            return if_valid(setting, *megabytes < 0 ? "0" : fmt::format("{}M", *megabytes));
        }
        case Form::kLevel: {
            std::string level = to_lower(text);
            if (level == "dbeug") level = "debug";  // as a page of the reference spells it
            return if_valid(setting, level);
        }
        case Form::kMilliseconds: {
            const auto milliseconds = parse_whole(text);
            if (!milliseconds || *milliseconds <= 0) return std::nullopt;
            return if_valid(setting, fmt::format("{}ms", *milliseconds));
        }
        case Form::kTrue:
        case Form::kNotTrue:
            return std::vector<std::string>{is_true(text) == (form == Form::kTrue) ? "true" : "false"};
        case Form::kSet:
            return std::vector<std::string>{"true"};
        case Form::kCaptureClear:
            return std::vector<std::string>{is_true(text) || !tls_wanted ? "true" : "false"};
        case Form::kCaptureTls:
            return std::vector<std::string>{is_true(text) || tls_wanted ? "true" : "false"};
        case Form::kListIfTrue:
            return is_true(text) ? default_texts(setting) : std::vector<std::string>{};
    }
    return std::nullopt;
}

std::string form_words(const Setting& setting, Form form) {
    if (form == Form::kMegabytes) return "a whole number of megabytes";
    return form == Form::kMilliseconds ? "a whole number of milliseconds" : wanted_words(setting);
}

// What stands for a value that was not understood.
std::string instead(const Setting& setting) {
    if (setting.kind == Kind::kBrokers) return "no records go to Kafka";
    return fmt::format("{} is used", setting.fallback.empty() ? "the default" : setting.fallback);
}

// What differs in the reference's way of writing.
std::string_view form_note(Form form) {
    switch (form) {
        case Form::kSame:
        case Form::kLevel:
        case Form::kTrue:
            return "";
        case Form::kMegabytes:
            return " (MB)";
        case Form::kMilliseconds:
            return " (ms)";
        case Form::kNotTrue:
            return " (`true` means false here)";
        case Form::kSet:
            return " (set: true)";
        case Form::kCaptureClear:
            return " (not `true`: only unless `CAPTURE_SSL` is `true`)";
        case Form::kCaptureTls:
            return " (not `true`: only if `CAPTURE_SSL` is `true`)";
        case Form::kListIfTrue:
            return " (`true`: the default; else none)";
    }
    return "";
}

std::string names_of(const Setting& setting) {
    std::string names(setting.variable);
    for (const Reference& reference : setting.reference)
        if (!reference.variable.empty()) names += fmt::format(", {}", reference.variable);
    return names;
}

}  // namespace

bool is_valid(const Setting& setting, std::string_view text) {
    if (!is_of_kind(setting.kind, text)) return false;
    if (setting.allowed.empty()) return true;
    if (setting.kind != Kind::kText) return is_in_range(setting, text);
    const auto texts = split_commas(std::string(setting.allowed));
    return std::find(texts.begin(), texts.end(), text) != texts.end();
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

Result<Value> Settings::own_value(const Setting& setting, const std::vector<std::string>* given,
                                  const Environment& environment) {
    Value value;
    if (given != nullptr && !given->empty()) {
        value = {*given, Origin::kCommandLine, fmt::format("--{}", setting.name)};
        if (setting.kind == Kind::kList) value.texts = split_commas(fmt::format("{}", fmt::join(*given, ",")));
    } else if (auto text = environment(setting.variable); text && !text->empty()) {
        value = {setting.kind == Kind::kList ? split_commas(*text) : std::vector{*text}, Origin::kEnvironment,
                 std::string(setting.variable)};
    } else {
        return value;
    }
    for (const std::string& text : value.texts)
        if (value.origin == Origin::kCommandLine && text.starts_with("--"))
            return Error{std::errc::invalid_argument,
                         fmt::format("{}: {} is a flag, not a value", value.source, setting.secret ? "that" : text)};
    if (setting.kind != Kind::kList && value.texts.size() > 1)
        return Error{std::errc::invalid_argument, fmt::format("{}: given {} times", value.source, value.texts.size())};
    for (const std::string& text : value.texts)
        if (!is_valid(setting, text))
            return Error{std::errc::invalid_argument,
                         fmt::format("{}: {} is not {}", value.source, shown(setting, text), wanted_words(setting))};
    return value;
}

std::optional<Value> Settings::reference_value(const Setting& setting, const Environment& environment) {
    for (const Reference& reference : setting.reference) {
        if (reference.variable.empty()) continue;
        const auto text = environment(reference.variable);
        if (!text || text->empty()) continue;
        if (auto texts = in_our_words(setting, reference.form, *text, environment))
            return Value{std::move(*texts), Origin::kEnvironment, std::string(reference.variable)};
        warnings_.push_back(fmt::format("{}: {} is not {}; {}", reference.variable, shown(setting, *text),
                                        form_words(setting, reference.form), instead(setting)));
        misread_.emplace(setting.name);
    }
    return std::nullopt;
}

Result<Settings> Settings::make(const std::map<std::string, std::vector<std::string>, std::less<>>& given,
                                const Environment& environment) {
    Settings settings;
    for (const Setting& setting : setting_table()) {
        const auto found = given.find(setting.name);
        auto value = own_value(setting, found == given.end() ? nullptr : &found->second, environment);
        if (!value) return std::move(value).error();
        if (value->source.empty())
            if (auto other = settings.reference_value(setting, environment)) *value = std::move(*other);
        if (value->source.empty()) value->texts = default_texts(setting);
        settings.values_.emplace(setting.name, std::move(*value));
    }
    settings.keep_hard_limit_above_rings();
    return settings;
}

void Settings::keep_hard_limit_above_rings() {
    Value& hard = values_.at("memory-hard");
    const bool of_reference = hard.origin == Origin::kEnvironment && !hard.source.starts_with("APIARIST_");
    const std::uint64_t limit = count("memory-hard");
    if (!of_reference || limit == 0 || count("workers") * count("ring-bytes") < limit) return;
    std::string fallback = default_text("memory-hard");
    warnings_.push_back(
        fmt::format("{}: the rings alone reach {}; {} is used", hard.source, hard.texts.front(), fallback));
    hard = {{std::move(fallback)}, Origin::kDefault, ""};
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

std::string shown_value(const Setting& setting, const Value& value, std::string_view instead) {
    std::string text = fmt::format("{}", fmt::join(value.texts, ","));
    // A URL may have a password in it, whose name may be written with percent signs.
    const bool hidden =
        setting.secret || (text.find("://") != std::string::npos && text.find_first_of("@?") != std::string::npos);
    return hidden && !text.empty() ? std::string(instead) : text;
}

std::vector<std::string> chosen_settings(const Settings& settings) {
    std::vector<std::string> lines;
    for (const Setting& setting : setting_table()) {
        const Value& value = settings.value(setting.name);
        if (value.origin != Origin::kDefault)
            lines.push_back(fmt::format("{} = {}, from {}", setting.name, shown_value(setting, value), value.source));
    }
    return lines;
}

std::string config_text(const Settings& settings) {
    std::string out;
    for (const Setting& setting : setting_table()) {
        const Value& value = settings.value(setting.name);
        const std::string origin =
            value.origin == Origin::kEnvironment ? value.source : std::string(origin_words(value.origin));
        const std::string shown = shown_value(setting, value);
        out += fmt::format("{:<24} = {}\n    from {}; default {}{}{}; {}\n    {}\n", setting.name, shown, origin,
                           setting.fallback.empty() ? "none" : setting.fallback, setting.unit.empty() ? "" : " ",
                           setting.unit, names_of(setting), setting.meaning);
    }
    return out;
}

std::string config_markdown() {
    std::string out =
        "# Configuration\n\nMade from the table in `src/app/settings_table.cc` by `apiarist config --markdown`; do not "
        "edit.\n"
        "A value comes from the command line, else from our variable, else from one of Akto's collector, else it is "
        "the\n"
        "default. A bad value of a flag or of our variable is an error (exit status 2) before anything is attached; "
        "one of\n"
        "Akto's is a warning, and the default stands.\n\n"
        "| flag | variables | default | unit | meaning |\n| --- | --- | --- | --- | --- |\n";
    for (const Setting& setting : setting_table()) {
        std::string variables = fmt::format("`{}`", setting.variable);
        for (const Reference& reference : setting.reference)
            if (!reference.variable.empty())
                variables += fmt::format(", `{}`{}", reference.variable, form_note(reference.form));
        out += fmt::format("| `--{}` | {} | {} | {} | {} |\n", setting.name, variables,
                           setting.fallback.empty() ? "" : fmt::format("`{}`", setting.fallback), setting.unit,
                           setting.meaning);
    }
    return out + reference_markdown();
}

}  // namespace apiarist::app
