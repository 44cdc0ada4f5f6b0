// SPDX-License-Identifier: Apache-2.0
#include "app/coverage_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "app/coverage.h"
#include "app/printable.h"
#include "base/json.h"

namespace apiarist::app {
namespace {

using events::CoverageSnapshot;
using events::FoundStack;
using events::ProcessCoverage;

struct Row {
    const ProcessCoverage* process;
    Judgement judgement;
};

// The busiest first; none of processes that ended without a byte.
std::vector<Row> rows_of(const CoverageSnapshot& coverage) {
    std::vector<Row> rows;
    for (const ProcessCoverage& process : coverage.processes)
        if (Judgement judgement = judge(coverage, process); judgement.bytes != 0 || !process.ended)
            rows.push_back({&process, std::move(judgement)});
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        return std::tuple(b.judgement.bytes, a.process->pid) < std::tuple(a.judgement.bytes, b.process->pid);
    });
    return rows;
}

ProcessCoverage forgotten_of(const CoverageSnapshot& coverage) {
    ProcessCoverage forgotten;
    forgotten.name = "ended processes";
    forgotten.ended = true;
    forgotten.traffic = coverage.of_forgotten;
    return forgotten;
}

std::string stacks_text(const ProcessCoverage& process) {
    std::vector<std::string> texts;
    for (const FoundStack& stack : process.stacks) {
        std::string text = printable(stack.version);
        text += stack.reason.empty() ? " (probed)" : fmt::format(" (not read: {})", printable(stack.reason));
        if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
    }
    return fmt::format("{}", fmt::join(texts, ", "));
}

std::string container_text(const ProcessCoverage& process) {
    constexpr std::size_t kShort = 12;  // as container runtimes show it
    return process.container.empty() ? "-" : printable(process.container.substr(0, kShort));
}

std::string row_text(const ProcessCoverage& process, const Judgement& judgement) {
    const std::string pid = process.pid == 0 ? "-" : std::to_string(process.pid);
    const bool any = judgement.bytes != 0;
    std::string out = fmt::format("{:>8} {:<16} {:<12} {:>6} {:>14} {:>14} {:>11}  {}{}", pid, printable(process.name),
                                  container_text(process), process.traffic.connections, judgement.bytes, judgement.seen,
                                  any ? percent(judgement.seen, judgement.bytes) : "-",
                                  process.ended && process.pid != 0 ? "(ended) " : "", stacks_text(process));
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
    for (const NotSeen& one : judgement.not_seen)
        out += fmt::format("{:>9}not seen: {} bytes {}{}{}\n", "", one.bytes, one.what, one.why.empty() ? "" : ": ",
                           printable(one.why));
    return out;
}

class JsonObject {
  public:
    explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
    std::string& key(std::string_view name) {
        if (!std::exchange(first_, false)) out_ += ", ";
        out_ += fmt::format("\"{}\": ", name);
        return out_;
    }
    void text(std::string_view name, std::string_view value) { append_json_string(key(name), printable(value)); }
    void number(std::string_view name, std::uint64_t value) { key(name) += std::to_string(value); }
    void flag(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
    void share(std::uint64_t part, std::uint64_t whole) {
        key("share") +=
            whole == 0 ? "null" : fmt::format("{:.6f}", static_cast<double>(part) / static_cast<double>(whole));
    }
    void close() { out_ += '}'; }

  private:
    std::string& out_;
    bool first_ = true;
};

void append_counts(std::string& out, const ap_byte_counts& bytes) {
    JsonObject json(out);
    const std::pair<const char*, std::uint64_t> kCounts[] = {
        {"passed", bytes.passed},     {"copied", bytes.copied},   {"unknown", bytes.unknown},
        {"not_http", bytes.not_http}, {"http2", bytes.http2},     {"ciphertext", bytes.ciphertext},
        {"opaque", bytes.opaque},     {"skipped", bytes.skipped}, {"shed", bytes.shed},
        {"lost", bytes.lost}};
    for (const auto& [name, count] : kCounts)
        json.number(name, count);
    json.close();
}

template <typename Item, typename Append>
void append_list(std::string& out, const std::vector<Item>& items, const Append& append) {
    out += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i != 0) out += ", ";
        append(items[i]);
    }
    out += ']';
}

void append_process(std::string& out, const ProcessCoverage& process, const Judgement& judgement) {
    JsonObject json(out);
    if (process.pid != 0) json.number("pid", process.pid);
    json.text("name", process.name);
    json.text("cgroup", process.cgroup);
    json.text("container", process.container);
    json.flag("ended", process.ended);
    json.number("connections", process.traffic.connections);
    json.number("tls_sessions", process.traffic.sessions);
    json.number("bytes", judgement.bytes);
    json.number("seen", judgement.seen);
    json.share(judgement.seen, judgement.bytes);
    append_counts(json.key("sockets"), process.traffic.sockets);
    append_counts(json.key("tls_plaintext"), process.traffic.plaintext);
    json.number("udp_quic", process.traffic.udp_quic);
    json.number("udp_other", process.traffic.udp_other);
    append_list(json.key("tls_stacks"), process.stacks, [&out](const FoundStack& stack) {
        JsonObject one(out);
        one.text("stack", stack.stack);
        one.text("version", stack.version);
        one.text("file", stack.file);
        one.flag("probed", stack.reason.empty());
        one.text("reason", stack.reason);
        one.close();
    });
    append_list(json.key("not_seen"), judgement.not_seen, [&out](const NotSeen& part) {
        JsonObject one(out);
        one.text("what", part.what);
        one.text("why", part.why);
        one.number("bytes", part.bytes);
        one.close();
    });
    json.close();
}

}  // namespace

std::string coverage_text(const CoverageSnapshot& coverage) {
    std::string out = fmt::format("{:>8} {:<16} {:<12} {:>6} {:>14} {:>14} {:>11}  {}\n", "pid", "process", "container",
                                  "conns", "bytes", "seen", "share", "TLS stacks");
    std::size_t idle = 0;
    for (const Row& row : rows_of(coverage)) {
        if (row.judgement.bytes == 0 && row.process->stacks.empty())
            ++idle;
        else
            out += row_text(*row.process, row.judgement);
    }
    if (coverage.forgotten != 0 || coverage.of_forgotten.connections != 0) {
        const ProcessCoverage forgotten = forgotten_of(coverage);
        out += row_text(forgotten, judge(coverage, forgotten));
    }
    if (idle != 0) out += fmt::format("{:>9}and {} without bytes on sockets\n", "", idle);
    return out + total_of(coverage).line + "\n";
}

std::string coverage_json(const CoverageSnapshot& coverage) {
    const TotalCoverage total = total_of(coverage);
    std::string out;
    JsonObject json(out);
    JsonObject sum(json.key("total"));
    sum.number("processes", total.processes);
    sum.number("bytes", total.bytes);
    sum.number("seen", total.seen);
    sum.share(total.seen, total.bytes);
    sum.text("line", total.line);
    sum.close();
    append_list(json.key("processes"), rows_of(coverage),
                [&out](const Row& row) { append_process(out, *row.process, row.judgement); });
    const ProcessCoverage forgotten = forgotten_of(coverage);
    json.number("ended_processes_count", coverage.forgotten);
    append_process(json.key("ended_processes"), forgotten, judge(coverage, forgotten));
    json.close();
    return out + "\n";
}

}  // namespace apiarist::app
