// SPDX-License-Identifier: Apache-2.0
#include "app/vitals.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/cpu_time.h"

namespace apiarist::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kMegabyte = 1024.0 * 1024.0;

constexpr std::array kCounts = {
    Count::kSocketPassed,      Count::kSocketCopied,
    Count::kSocketOpaque,      Count::kSocketShed,
    Count::kSocketLost,        Count::kTlsPassed,
    Count::kTlsCopied,         Count::kTlsShed,
    Count::kTlsLost,           Count::kRequests,
    Count::kResponses,         Count::kPaired,
    Count::kUnanswered,        Count::kOrphanResponses,
    Count::kMalformed,         Count::kRecords,
    Count::kRecordsIncomplete, Count::kRecordsDelivered,
    Count::kRecordsQueued,     Count::kDroppedQueueFull,
    Count::kDroppedTooLarge,   Count::kDroppedFailed,
    Count::kConnections,       Count::kTlsSessions,
    Count::kProcesses,         Count::kLossRingFullRecords,
};

std::string content_of(const char* path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::optional<std::uint64_t> first_number(std::string_view& text) {
    const auto first = text.find_first_of("0123456789");
    if (first == std::string_view::npos) return std::nullopt;
    text.remove_prefix(first);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view name) {
    const auto found = text.find(name);
    if (found == std::string_view::npos) return std::nullopt;
    text.remove_prefix(found + name.size());
    return first_number(text);
}

bool can_hold_no_secret(const Setting& setting, Form form) {
    if (setting.secret) return false;
    // What stood in these is not kept.
    if (form == Form::kSet || form == Form::kCaptureClear || form == Form::kCaptureTls) return false;
    switch (setting.kind) {
        case Kind::kFlag:
        case Kind::kCount:
        case Kind::kBytes:
        case Kind::kDuration:
        case Kind::kBrokers:
            return true;
        case Kind::kText:
            return !setting.allowed.empty();
        case Kind::kList:
            return form == Form::kListIfTrue;
    }
    return false;
}

// A value in force in the words of the variable that it came from.
std::string in_its_words(Form form, const std::vector<std::string>& texts) {
    std::string text = texts.empty() ? std::string() : texts.front();
    switch (form) {
        case Form::kSame:
        case Form::kLevel:
        case Form::kTrue:
            return text;
        case Form::kNotTrue:
            return text == "true" ? "false" : "true";
        case Form::kListIfTrue:
            return texts.empty() ? "false" : "true";
        case Form::kMegabytes:
            return text.ends_with('M') ? text.substr(0, text.size() - 1) : "-1";
        case Form::kMilliseconds:
            return text.substr(0, text.size() - 2);
        case Form::kSet:
        case Form::kCaptureClear:
        case Form::kCaptureTls:
            break;
    }
    return {};
}

Form form_of(const Setting& setting, std::string_view variable) {
    for (const Reference& reference : setting.reference)
        if (reference.variable == variable) return reference.form;
    return Form::kSame;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> public_environment(const Settings& settings) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const Setting& setting : setting_table()) {
        const Value& value = settings.value(setting.name);
        if (value.origin != Origin::kEnvironment) continue;
        const Form form = form_of(setting, value.source);
        if (can_hold_no_secret(setting, form)) out.emplace_back(value.source, in_its_words(form, value.texts));
    }
    return out;
}

std::string heartbeat_name(const Settings& settings, const std::string& instance_id) {
    const std::string agent = settings.text("agent-name");
    const std::string pod = settings.text("pod-name");
    const std::string node = settings.text("node-name");
    const std::string host = settings.text("host-name");
    if (!agent.empty()) return "akto-tc:" + agent;
    if (!pod.empty() && !node.empty()) return fmt::format("akto-tc:{}:{}", pod, node);
    return "akto-tc:" + (host.empty() ? "daemon-" + instance_id.substr(0, 8) : host);
}

std::optional<HostCpu> parse_host_cpu(std::string_view stat) {
    constexpr std::size_t kFields = 8;  // user to steal; guests are in user
    constexpr std::size_t kIdle = 3;
    constexpr std::size_t kWaiting = 4;
    if (!stat.starts_with("cpu ")) return std::nullopt;
    stat = stat.substr(0, stat.find('\n'));
    HostCpu cpu;
    for (std::size_t i = 0; i < kFields; ++i) {
        const auto ticks = first_number(stat);
        if (!ticks) return std::nullopt;
        cpu.all += *ticks;
        if (i != kIdle && i != kWaiting) cpu.busy += *ticks;
    }
    return cpu;
}

std::optional<std::uint64_t> parse_memory_used(std::string_view meminfo) {
    const auto total = number_after(meminfo, "MemTotal:");
    const auto available = number_after(meminfo, "MemAvailable:");
    if (!total || !available || *available > *total) return std::nullopt;
    return *total - *available;
}

Vitals::Vitals(const Settings& settings, std::string instance_id, std::function<LedgerSnapshot()> ledger)
    : settings_(settings),
      instance_id_(std::move(instance_id)),
      ledger_(std::move(ledger)),
      last_(Clock::now()),
      own_cpu_(process_cpu_seconds()),
      host_cpu_(parse_host_cpu(content_of("/proc/stat")).value_or(HostCpu{})) {}

void Vitals::add_cpu(sinks::HeartbeatValues& values) {
    const auto now = Clock::now();
    const double own = process_cpu_seconds();
    const HostCpu host = parse_host_cpu(content_of("/proc/stat")).value_or(host_cpu_);
    const double seconds = std::max(std::chrono::duration<double>(now - last_).count(), 1e-6);
    const double cores = (own - own_cpu_) / seconds;
    const auto ticks = static_cast<double>(host.all - host_cpu_.all);
    values.measures.emplace_back("cpu_percent", 100 * cores);
    values.measures.emplace_back("cpu_cores_used", cores);
    values.measures.emplace_back("cpu_cores_total", std::thread::hardware_concurrency());
    values.measures.emplace_back("system_cpu_percent",
                                 ticks > 0 ? 100 * static_cast<double>(host.busy - host_cpu_.busy) / ticks : 0);
    last_ = now;
    own_cpu_ = own;
    host_cpu_ = host;
}

sinks::HeartbeatValues Vitals::read() {
    sinks::HeartbeatValues values;
    values.instance_id = instance_id_;
    values.name = heartbeat_name(settings_, instance_id_);
    values.version = settings_.text("image-version").empty() ? APIARIST_VERSION : settings_.text("image-version");
    values.time_s =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    values.environment = public_environment(settings_);
    // Resident pages are the second number of statm.
    std::string statm_text = content_of("/proc/self/statm");
    std::string_view statm = statm_text;
    (void)first_number(statm);
    const double pages = static_cast<double>(first_number(statm).value_or(0));
    rusage peak{};
    ::getrusage(RUSAGE_SELF, &peak);
    values.measures.emplace_back("memory_used_mb", pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / kMegabyte);
    values.measures.emplace_back("memory_total_mb", static_cast<double>(peak.ru_maxrss) / 1024);
    if (const auto used = parse_memory_used(content_of("/proc/meminfo")))
        values.measures.emplace_back("host_memory_used_mb", static_cast<double>(*used) / 1024);
    add_cpu(values);
    const LedgerSnapshot ledger = ledger_();
    const SeenBytes seen = bytes_seen(ledger);
    values.measures.emplace_back(
        "bytes_seen_percent",
        seen.bytes == 0 ? 100.0 : 100 * static_cast<double>(seen.seen) / static_cast<double>(seen.bytes));
    for (const CountInfo& info : count_table())
        if (std::find(kCounts.begin(), kCounts.end(), info.count) != kCounts.end())
            values.counts.emplace_back(info.name, at(ledger, info.count));
    return values;
}

}  // namespace apiarist::app
