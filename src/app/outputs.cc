// SPDX-License-Identifier: Apache-2.0
#include "app/outputs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <set>
#include <tuple>
#include <utility>

#include "app/inventory_options.h"
#include "app/kafka_options.h"
#include "app/log.h"
#include "app/memory_watch.h"
#include "app/record_options.h"
#include "base/private_file.h"
#include "sinks/kafka_sink.h"
#include "sinks/ndjson_sink.h"

namespace apiarist::app {

Result<std::vector<std::uint16_t>> ports_of(const Settings& settings) {
    std::vector<std::uint16_t> ports;
    for (const std::string& text : settings.list("ignore-ports")) {
        std::uint16_t port = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
        if (error != std::errc{} || end != text.data() + text.size())
            return Error{std::errc::invalid_argument, fmt::format("--ignore-ports: \"{}\" is no port", text)};
        ports.push_back(port);
    }
    return ports;
}

// A bad text of ours is an error; one of the reference's a warning, and its default stands.
Result<policy::HeaderRules> header_rules(const Settings& settings, std::vector<std::string>& warnings) {
    const Value& value = settings.value("header-rules");
    std::vector<std::string> complaints;
    auto rules = policy::HeaderRules::parse(settings.text("header-rules"), complaints);
    if (!rules && value.source == "AKTO_MODULE_DISCOVERY_CONFIG") {
        warnings.push_back(fmt::format("{}: {}; the default is used", value.source, rules.error().what));
        rules = policy::HeaderRules::parse(default_text("header-rules"), complaints);
    }
    for (const std::string& complaint : complaints)
        warnings.push_back(complaint);
    if (!rules) return std::move(rules).error().context("--header-rules");
    return rules;
}

// A recording holds what the kernel saw, before anything could be redacted.
Result<policy::Redaction> redaction(const Settings& settings) {
    const auto wanted = policy::parse_redaction(settings.text("redact"));
    if (!wanted) return Error{std::errc::invalid_argument, "--redact: off, samples or all"};
    if (*wanted == policy::Redaction::kAll && !settings.text("record").empty())
        return Error{std::errc::invalid_argument, "--record writes raw events, which --redact all cannot redact"};
    return *wanted;
}

Result<PipelineOptions> pipeline_options(const Settings& settings) {
    std::vector<std::string> warnings = settings.warnings();
    PipelineOptions options;
    auto ports = ports_of(settings);
    if (!ports) return std::move(ports).error();
    options.policy.filters = {.egress = settings.flag("egress"),
                              .ip_hosts = settings.flag("ip-hosts"),
                              .cloud_metadata = settings.flag("cloud-metadata"),
                              .envoy = settings.flag("sidecars"),
                              .ignored_ports = std::move(*ports),
                              .per_endpoint = settings.count("sample-per-minute")};
    auto rules = header_rules(settings, warnings);
    if (!rules) return std::move(rules).error();
    options.policy.headers = std::move(*rules);
    if (const std::uint64_t bytes = settings.count("output-per-minute"); bytes != 0)
        options.policy.bandwidth = std::make_unique<policy::Bandwidth>(bytes);
    const auto redact = redaction(settings);
    if (!redact) return redact.error();
    options.policy.redaction = *redact;
    options.policy.redaction_key = settings.text("redact-key");
    if (options.policy.redaction_key.empty()) options.policy.redaction_key = policy::random_key();
    for (const std::string& warning : warnings)
        Log(settings).warn(warning);
    options.tracker.connection.http1.body = settings.count("body-bytes");
    options.tracker.connection.http2.body = settings.count("body-bytes");
    options.tracker.connection.websocket.payload = settings.count("body-bytes");
    options.tracker.connection.open_response_ns = settings.duration_ns("open-response");
    options.tracker.connection.decoded_body = settings.count("body-bytes");
    const std::uint64_t workers = std::max<std::uint64_t>(1, settings.count("workers"));
    const std::uint64_t share =
        share_for_connections(settings.count("memory-soft"), workers * settings.count("ring-bytes"),
                              settings.text("kafka").empty() ? 0 : settings.count("kafka-queue-bytes"));
    const std::uint64_t awake = settings.count("active-connections");
    options.tracker.limits = {
        .held_bytes = share / workers,
        .awake = static_cast<std::size_t>(awake == 0 ? 0 : std::max<std::uint64_t>(1, awake / workers)),
        .inactivity_ns = settings.duration_ns("inactivity")};
    return options;
}

namespace {

enum class SinkKind { kNdjson, kKafka, kInventory, kNull };

// What was asked for on the command line goes before what the environment says; two that are asked for alike are an
// error.
Result<SinkKind> choose_sink(const Settings& settings) {
    const auto rank = [&settings](std::string_view name, bool asked) {
        if (!asked) return 0;
        return settings.value(name).origin == Origin::kCommandLine ? 2 : 1;
    };
    const std::array<std::tuple<int, SinkKind, const char*>, 4> asked{
        {{rank("ndjson", !settings.text("ndjson").empty()), SinkKind::kNdjson, "--ndjson"},
         {rank("kafka", !settings.text("kafka").empty()), SinkKind::kKafka, "--kafka"},
         {rank("inventory", !settings.text("inventory").empty()), SinkKind::kInventory, "--inventory"},
         {rank("null", settings.flag("null")), SinkKind::kNull, "--null"}}};
    const auto first = std::max_element(asked.begin(), asked.end(),
                                        [](const auto& a, const auto& b) { return std::get<0>(a) < std::get<0>(b); });
    const auto& [rank_of_first, kind, name] = *first;
    // Brokers that nobody understood are no reason to write other people's traffic into a log.
    if (rank_of_first == 0) return settings.misread("kafka") ? SinkKind::kNull : SinkKind::kNdjson;
    for (const auto& [rank_of_other, other, other_name] : asked)
        if (other != kind && rank_of_other == rank_of_first)
            return Error{std::errc::invalid_argument, fmt::format("{} and {} exclude each other", name, other_name)};
    return kind;
}

// What is asked for by variables can be called off by one; the command line is its own word.
bool is_called_off(const Settings& settings) {
    return settings.flag("kafka-disabled") && settings.value("kafka").origin != Origin::kCommandLine;
}

Result<std::unique_ptr<policy::Sink>> make_kafka_sink(const Settings& settings, const std::string& instance_id,
                                                      const HeartbeatSource& heartbeat) {
    if (is_called_off(settings)) {
        Log(settings).warn(fmt::format("{}: no records go to Kafka; they are counted and dropped",
                                       settings.value("kafka-disabled").source));
        return std::unique_ptr<policy::Sink>(std::make_unique<sinks::NullSink>(sinks::NullSink::Counts::kDropped));
    }
    std::vector<std::string> warnings;
    auto options = kafka_options(settings, instance_id, warnings);
    if (!options) return std::move(options).error();
    for (const std::string& warning : warnings)
        Log(settings).warn("kafka: " + warning);
    options->on_trouble = [log = Log(settings)](const std::string& what) { log.warn(what); };
    options->heartbeat.interval_ns = settings.duration_ns("heartbeat-interval");
    if (options->heartbeat.interval_ns != 0) options->heartbeat.values = heartbeat;
    auto sink = sinks::KafkaSink::make(*options);
    if (!sink) return std::move(sink).error();
    return std::unique_ptr<policy::Sink>(std::move(*sink));
}

}  // namespace

Status check_outputs(const Settings& settings, const std::string& input) {
    const auto real = [](const std::string& path) {
        std::error_code error;  // what cannot be told is compared as it was given
        const auto known = std::filesystem::weakly_canonical(path, error);
        return error ? path : known.native();
    };
    std::set<std::string> files;
    for (const char* name : {"ndjson", "ledger", "record"}) {
        const std::string path = settings.text(name);
        if (path.empty()) continue;
        if (!input.empty() && real(path) == real(input))
            return Error{std::errc::invalid_argument, fmt::format("--{} {}: this is what is to be read", name, path)};
        if (!files.insert(real(path)).second)
            return Error{std::errc::invalid_argument, fmt::format("--{} {}: another output has this file", name, path)};
    }
    return Done{};
}

bool writes_to_stdout(const Settings& settings) {
    const auto kind = choose_sink(settings);
    const std::string path = settings.text("ndjson");
    return kind && *kind == SinkKind::kNdjson && (path.empty() || path == "-");
}

Result<std::unique_ptr<policy::Sink>> make_sink(const Settings& settings, const std::string& instance_id,
                                                const HeartbeatSource& heartbeat, live::Feed* live) {
    const auto kind = choose_sink(settings);
    if (!kind) return kind.error();
    switch (*kind) {
        case SinkKind::kKafka:
            return make_kafka_sink(settings, instance_id, heartbeat);
        case SinkKind::kInventory:
            return make_inventory_sink(settings, instance_id, live);
        case SinkKind::kNull:
            return std::unique_ptr<policy::Sink>(std::make_unique<sinks::NullSink>());
        case SinkKind::kNdjson:
            break;
    }
    const std::string path = settings.text("ndjson").empty() ? "-" : settings.text("ndjson");
    sinks::RecordOptions options = record_options(settings, instance_id);
    options.exact_payload = true;
    auto sink = sinks::NdjsonSink::make(path, options);
    if (!sink) return std::move(sink).error();
    return std::unique_ptr<policy::Sink>(std::move(*sink));
}

Result<LedgerFile> LedgerFile::make(const std::string& path) {
    if (path.empty()) return LedgerFile(Fd(), path);
    auto fd = create_private_file(path);
    if (!fd) return std::move(fd).error().context("ledger file");
    return LedgerFile(std::move(*fd), path);
}

Status LedgerFile::write(const LedgerSnapshot& ledger) const {
    if (!fd_) return Done{};
    const std::string json = ledger_json(ledger);
    for (std::size_t done = 0; done < json.size();) {
        const ssize_t n = ::write(fd_.get(), json.data() + done, json.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return Error::from_errno(errno, "ledger file " + path_);
        done += static_cast<std::size_t>(n);
    }
    return Done{};
}

int report(const Settings& settings, policy::Sink& sink, const LedgerFile& file, const Pipeline& pipeline) {
    int status = 0;
    if (const auto finished = sink.finish(); !finished) status = fail(1, finished.error().what);
    const LedgerSnapshot ledger = pipeline.ledger();
    if (const auto written = file.write(ledger); !written) status = fail(1, written.error().what);
    if (Log(settings).wants(Level::kInfo)) fmt::print(stderr, "{}", ledger_summary(ledger));
    return status;
}

int fail(int status, const std::string& what) {
    fmt::print(stderr, "apiarist: {}\n", one_line(what));
    return status;
}

}  // namespace apiarist::app
