// SPDX-License-Identifier: Apache-2.0
#include "server/metrics_text.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

namespace apiarist::server {
namespace {

// Help texts end at a line feed; in label values a quote ends too.
std::string escaped(std::string_view text, bool label) {
    std::string out;
    for (const char c : text) {
        if (c == '\\') {
            out += "\\\\";
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '"' && label) {
            out += "\\\"";
        } else {
            out += c;
        }
    }
    return out;
}

template <typename Number>
void add(std::string& out, std::string_view name, std::string_view type, std::string_view help, Number value) {
    out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, escaped(help, false), type, value);
}

}  // namespace

std::string metrics_text(const LedgerSnapshot& ledger, const ProcessFacts& process) {
    std::string out = fmt::format(
        "# HELP apiarist_build_info What runs here; always 1\n# TYPE apiarist_build_info gauge\n"
        "apiarist_build_info{{version=\"{}\"}} 1\n",
        escaped(process.version, true));
    add(out, "apiarist_ready", "gauge", "1 once the programs are attached and the workers run", process.ready ? 1 : 0);
    add(out, "apiarist_uptime_seconds", "gauge", "Time since the start", process.uptime_seconds);
    add(out, "process_cpu_seconds_total", "counter", "User and system time of this process", process.cpu_seconds);
    add(out, "process_resident_memory_bytes", "gauge", "Memory of this process that is resident",
        process.resident_bytes);
    const SeenBytes seen = bytes_seen(ledger);
    if (seen.bytes != 0)  // else it would say that all is seen, of nothing
        add(out, "apiarist_bytes_seen_ratio", "gauge",
            "Of the bytes that ended connections of traced processes carried, the share that was seen",
            static_cast<double>(seen.seen) / static_cast<double>(seen.bytes));
    for (const CountInfo& info : count_table())
        add(out, fmt::format("apiarist_{}_total", info.name), "counter", info.help, at(ledger, info.count));
    return out;
}

std::uint64_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    file >> total >> resident;
    return file ? resident * static_cast<std::uint64_t>(::getpagesize()) : 0;
}

}  // namespace apiarist::server
