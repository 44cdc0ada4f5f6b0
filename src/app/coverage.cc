// SPDX-License-Identifier: Apache-2.0
#include "app/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "app/printable.h"

namespace apiarist::app {
namespace {

using events::CoverageSnapshot;
using events::FoundStack;
using events::ProcessCoverage;

// `part` of `of`, of `whole`. Counts of a run do not reach 2^53.
std::uint64_t portion(std::uint64_t whole, std::uint64_t part, std::uint64_t of) {
    if (of == 0) return 0;
    const double share = std::min(1.0, static_cast<double>(part) / static_cast<double>(of));
    return static_cast<std::uint64_t>(static_cast<double>(whole) * share);
}

std::string why_opaque(const CoverageSnapshot& coverage, const ProcessCoverage& process) {
    if (!coverage.tls) return "switched off (--tls false)";
    std::set<std::string> reasons;
    bool probed = false;
    for (const FoundStack& stack : process.stacks) {
        if (stack.reason.empty())
            probed = true;
        else if (stack.stack != "QUIC")
            reasons.insert(stack.version + ": " + stack.reason);
    }
    if (!reasons.empty()) return fmt::format("{}", fmt::join(reasons, "; "));
    if (probed)
        return "passed before its TLS stack was probed, or of a stack that was not recognised, or only passed on";
    if (process.looked_at) return "no TLS stack was recognised in it";
    return "it ended before its TLS stack could be told";
}

class Judge {
  public:
    Judge(const CoverageSnapshot& coverage, const ProcessCoverage& process) : coverage_(coverage), process_(process) {}

    Judgement judge() {
        const ap_byte_counts& sockets = process_.traffic.sockets;
        judgement_.bytes = sockets.passed + process_.traffic.udp_quic + process_.traffic.udp_other;
        add({"TLS", why_opaque(coverage_, process_), sockets.opaque, true});
        add({"HTTP/3", "QUIC is not supported", process_.traffic.udp_quic, true});
        add({"HTTP/2", "switched off (--http2 false)", sockets.http2 + under_tls(&ap_byte_counts::http2), false});
        add({"not HTTP", "", sockets.not_http + under_tls(&ap_byte_counts::not_http), false});
        add({"UDP", "", process_.traffic.udp_other, false});
        add({"not recognised", "", sockets.unknown + under_tls(&ap_byte_counts::unknown), false});
        add({"TLS inside TLS", "no probe explains it", under_tls(&ap_byte_counts::opaque), true});
        add({"left out under overload", "", sockets.shed + under_tls(&ap_byte_counts::shed), false});
        add({"lost", "no room in the ring", sockets.lost + under_tls(&ap_byte_counts::lost), false});
        if (!coverage_.clear) add({"clear HTTP", "switched off (--clear false)", sockets.skipped, false});
        std::uint64_t missed = 0;
        for (const NotSeen& one : judgement_.not_seen)
            missed += one.bytes;
        judgement_.seen = judgement_.bytes - std::min(missed, judgement_.bytes);
        std::sort(judgement_.not_seen.begin(), judgement_.not_seen.end(), [](const NotSeen& a, const NotSeen& b) {
            return std::tie(b.bytes, a.what, a.why) < std::tie(a.bytes, b.what, b.why);
        });
        return std::move(judgement_);
    }

  private:
    void add(NotSeen one) {
        if (one.bytes != 0) judgement_.not_seen.push_back(std::move(one));
    }

    // Bytes on sockets that stand for this part of the plaintext.
    [[nodiscard]] std::uint64_t under_tls(ap_u64 ap_byte_counts::*part) const {
        const ap_byte_counts& plaintext = process_.traffic.plaintext;
        return portion(process_.traffic.sockets.ciphertext, plaintext.*part, plaintext.passed);
    }

    const CoverageSnapshot& coverage_;
    const ProcessCoverage& process_;
    Judgement judgement_;
};

struct Group {
    std::uint64_t bytes = 0;
    std::set<std::uint32_t> pids;
};

using GroupName = std::tuple<std::string, std::string, std::string>;  // what, why, of whom

std::string group_text(const GroupName& name, const Group& group, std::uint64_t bytes) {
    const auto& [what, why, who] = name;
    std::string out = fmt::format("{} {}", percent(group.bytes, bytes), what);
    if (!who.empty())
        out += group.pids.size() == 1 ? fmt::format(" of {} (pid {})", printable(who), *group.pids.begin())
                                      : fmt::format(" of {} ({} processes)", printable(who), group.pids.size());
    return why.empty() ? out : fmt::format("{}: {}", out, printable(why));
}

std::string not_seen_text(const std::map<GroupName, Group>& groups, std::uint64_t bytes) {
    constexpr std::size_t kMost = 6;
    std::vector<std::pair<GroupName, Group>> sorted(groups.begin(), groups.end());
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return std::tie(b.second.bytes, a.first) < std::tie(a.second.bytes, b.first);
    });
    std::vector<std::string> texts;
    std::uint64_t rest = 0;
    for (const auto& [name, group] : sorted) {
        if (texts.size() < kMost)
            texts.push_back(group_text(name, group, bytes));
        else
            rest += group.bytes;
    }
    if (rest != 0) texts.push_back(percent(rest, bytes) + " other");
    return fmt::format("{}", fmt::join(texts, "; "));
}

}  // namespace

Judgement judge(const CoverageSnapshot& coverage, const ProcessCoverage& process) {
    return Judge(coverage, process).judge();
}

TotalCoverage total_of(const CoverageSnapshot& coverage) {
    TotalCoverage total;
    std::map<GroupName, Group> groups;
    const auto count = [&](const ProcessCoverage& process, std::uint64_t processes) {
        const Judgement judgement = judge(coverage, process);
        total.bytes += judgement.bytes;
        total.seen += judgement.seen;
        if (judgement.bytes != 0) total.processes += processes;
        for (const NotSeen& one : judgement.not_seen) {
            Group& group = groups[{one.what, one.why, one.of_process ? process.name : std::string()}];
            group.bytes += one.bytes;
            group.pids.insert(process.pid);
        }
    };
    for (const ProcessCoverage& process : coverage.processes)
        count(process, 1);
    ProcessCoverage forgotten;
    forgotten.name = "ended processes";
    forgotten.traffic = coverage.of_forgotten;
    count(forgotten, coverage.forgotten);
    const std::string whose =
        total.processes == 1 ? std::string("1 process") : fmt::format("{} processes", total.processes);
    if (total.bytes == 0)
        total.line = "no bytes passed on sockets of traced processes";
    else
        total.line = fmt::format("{} of the bytes of {}", percent(total.seen, total.bytes), whose);
    if (!groups.empty()) total.line += "; not seen: " + not_seen_text(groups, total.bytes);
    return total;
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0 || part == 0) return "0 %";
    if (part >= whole) return "100 %";
    const double share = 100 * static_cast<double>(part) / static_cast<double>(whole);
    if (share < 0.1) return "under 0.1 %";
    return fmt::format("{:.1f} %", std::min(share, 99.9));
}

}  // namespace apiarist::app
