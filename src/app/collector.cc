// SPDX-License-Identifier: Apache-2.0
#include "app/collector.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "base/json.h"

namespace apiarist::app {
namespace {

constexpr std::string_view kHidden = "…";

std::string as_json(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

std::string host_name(const Settings& settings) {
    if (std::string node = settings.text("node-name"); !node.empty()) return node;
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return {};
    return name.data();
}

std::string ledger_list(const LedgerSnapshot& ledger) {
    std::string out = "[";
    for (const CountInfo& one : count_table())
        out += fmt::format(R"({}{{"name":"{}","value":{},"meaning":{}}})", out.size() > 1 ? "," : "", one.name,
                           at(ledger, one.count), as_json(one.help));
    return out + "]";
}

std::string settings_list(const Settings& settings, unsigned command) {
    std::string out = "[";
    for (const Setting& setting : setting_table()) {
        if ((setting.commands & command) == 0) continue;
        const Value& value = settings.value(setting.name);
        out += fmt::format(R"({}{{"name":"{}","value":{},"default":{},"source":{},"meaning":{}}})",
                           out.size() > 1 ? "," : "", setting.name, as_json(shown_value(setting, value, kHidden)),
                           as_json(setting.fallback), as_json(value.source), as_json(setting.meaning));
    }
    return out + "]";
}

}  // namespace

std::string collector_json(const Settings& settings, const CollectorFacts& facts) {
    return fmt::format(
        R"({{"mode":"{}","version":"{}","host":{},"started":{},"not_ready":{},"ledger":{},"coverage":{},"settings":{}}})",
        facts.mode, APIARIST_VERSION, as_json(host_name(settings)), facts.started, as_json(facts.not_ready),
        facts.ledger ? ledger_list(*facts.ledger) : "null", facts.coverage.value_or("null"),
        settings_list(settings, facts.command));
}

std::string ingest_json(const processor::IngestCounts& counts) {
    return fmt::format(
        R"({{"records":{},"stored":{},"pending":{},"dropped":{},"refused":{},"first_words":{},"superseded":{},"batches":{},"failures":{}}})",
        counts.records, counts.stored, counts.pending, counts.dropped, counts.refused, counts.first_words,
        counts.superseded, counts.batches, counts.failures);
}

}  // namespace apiarist::app
