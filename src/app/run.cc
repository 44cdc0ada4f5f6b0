// SPDX-License-Identifier: Apache-2.0
// `apiarist run`: checks the request, attaches, lets the command go, collects until told to end, drains, reports.

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <random>

#include "app/api_options.h"
#include "app/child.h"
#include "app/collector.h"
#include "app/commands.h"
#include "app/coverage.h"
#include "app/coverage_text.h"
#include "app/inventory_options.h"
#include "app/log.h"
#include "app/mongo.h"
#include "app/outputs.h"
#include "app/pipeline.h"
#include "app/vitals.h"
#include "app/wait.h"
#include "base/recent.h"
#include "capture/host.h"
#include "capture/kernel_source.h"
#include "capture/proc.h"
#include "capture/replay_source.h"
#include "live/feed.h"
#include "processor/inventory_sink.h"
#include "processor/kafka_consumer.h"
#include "server/metrics_server.h"
#include "server/run_status.h"

namespace apiarist::app {
namespace {

// RFC 9562 §5.4.
std::string make_instance_id() {
    std::random_device random;
    const auto word = [&random] { return static_cast<unsigned>(random()); };
    return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:08x}{:04x}", word(), word() & 0xffff, word() & 0xfff,
                       (word() & 0x3fff) | 0x8000, word(), word() & 0xffff);
}

// A path of the reference's variable that is none does not end a DaemonSet.
std::string node_root(const Settings& settings) {
    std::string given = settings.text("node-root");
    if (given.empty()) return capture::usual_node_root();
    if (settings.value("node-root").source != "HOST_MAPPING" || ::access((given + "/sys").c_str(), F_OK) == 0)
        return given;
    std::string usual = capture::usual_node_root();
    Log(settings).warn(fmt::format("HOST_MAPPING: no root directory is at \"{}\"; {} is used", given, usual));
    return usual;
}

Result<capture::KernelOptions> kernel_options(const Settings& settings, bool has_command) {
    capture::KernelOptions options;
    for (const std::string& text : settings.list("pid")) {
        std::uint32_t pid = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
        if (error != std::errc{} || end != text.data() + text.size())
            return Error{std::errc::invalid_argument, fmt::format("--pid: \"{}\" is no process number", text)};
        if (!capture::process_exists(pid))
            return Error{std::errc::no_such_process, fmt::format("--pid {}: no such process", text)};
        if (pid == 1)
            return Error{std::errc::invalid_argument,
                         "--pid 1: every process of the node descends from it; that is what --all says"};
        options.pids.push_back(pid);
    }
    options.cgroups = settings.list("cgroup");
    options.all = settings.flag("all");
    options.node_root = node_root(settings);
    const bool chosen = has_command || options.all || !options.pids.empty() || !options.cgroups.empty();
    // That this is a pod is a hint; what was asked for goes before it.
    options.pods = settings.flag("pods") && (!chosen || settings.value("pods").source != "KUBERNETES_SERVICE_HOST");
    if (!chosen && !options.pods)
        return Error{std::errc::invalid_argument,
                     "nothing selected: choose what to trace with --pid N, --cgroup PATH, --pods, --all, or "
                     "-- COMMAND ARG..."};
    options.workers = static_cast<unsigned>(settings.count("workers"));
    if (options.workers < 1 || options.workers > AP_MAX_RINGS)
        return Error{std::errc::invalid_argument, fmt::format("--workers: 1 to {}", AP_MAX_RINGS)};
    options.ring_bytes = settings.count("ring-bytes");
    if (options.ring_bytes < (64u << 10) || options.ring_bytes > (1u << 30))
        return Error{std::errc::invalid_argument, "--ring-bytes: 64K to 1G"};
    if (const std::uint64_t hard = settings.count("memory-hard");
        hard != 0 && options.workers * options.ring_bytes >= hard)
        return Error{std::errc::invalid_argument, "--ring-bytes and --workers: the rings alone reach --memory-hard"};
    if (settings.duration_ns("memory-interval") == 0)
        return Error{std::errc::invalid_argument, "--memory-interval: more than 0"};
    if (settings.count("call-bytes") < 1024)
        return Error{std::errc::invalid_argument, "--call-bytes: 1K and more; of less no request would be whole"};
    options.call_bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(settings.count("call-bytes"), 1u << 30));
    options.connection_table =
        static_cast<std::uint32_t>(std::clamp<std::uint64_t>(settings.count("connection-table"), 1, 1u << 20));
    options.budget_bytes = settings.count("budget-bytes");
    options.clear = settings.flag("clear");
    options.http2 = settings.flag("http2");
    options.tls = settings.flag("tls");
    if (!options.clear && !options.tls)
        return Error{std::errc::invalid_argument, "with --clear false and --tls false nothing is left to read"};
    options.on_trouble = [log = Log(settings)](const std::string& what) { log.warn(what); };
    const std::string return_probes = settings.text("return-probes");
    if (return_probes != "auto" && return_probes != "always" && return_probes != "never")
        return Error{std::errc::invalid_argument, "--return-probes: auto, always or never"};
    options.return_probes =
        return_probes == "always" || (return_probes == "auto" && !capture::return_probes_kill_here());
    return options;
}

// Signals come through a descriptor; all threads made later inherit the mask.
Fd signal_fd() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD})
        ::sigaddset(&set, number);
    ::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of the write
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

// The kernel's losses are booked by the last records; until then they stand beside the ledger.
LedgerSnapshot live_ledger(const Pipeline& pipeline, const capture::KernelSource& kernel) {
    LedgerSnapshot ledger = pipeline.ledger();
    auto index = static_cast<std::size_t>(Count::kLossRingFullRecords);
    for (const std::uint64_t n : kernel.losses())
        ledger[index++] += n;
    return ledger;
}

// All that a run has, in the order in which it is made.
struct Parts {
    std::string instance_id = make_instance_id();
    bool by_process = false;  // nothing but processes by their numbers is selected
    server::RunStatus shown{"the kernel programs are not attached yet"};
    std::optional<Vitals> vitals;
    std::int64_t started = processor::unix_seconds();
    live::Feed live;
    std::unique_ptr<policy::Sink> sink;  // ends before what its heartbeats tell
    std::optional<LedgerFile> ledger_file;
    Fd signals;
    std::optional<Child> child;
    std::unique_ptr<capture::KernelSource> kernel;
    std::atomic<const capture::KernelSource*> asked{nullptr};  // for its coverage, by the threads of `metrics`
    // A look reads /proc and files of all processes; who asks on and on gets the same answer for a while.
    Recent<events::CoverageSnapshot> looks{[this] { return asked.load()->coverage(); }, std::chrono::seconds(2)};
    std::unique_ptr<events::RecordingWriter> recording;
    PipelineOptions pipeline_options;
    std::unique_ptr<sinks::MongoLink> mongo;
    std::optional<Pipeline> pipeline;
    std::unique_ptr<server::MetricsServer> metrics;  // ends before what it shows
    std::unique_ptr<api::ApiServer> api;
};

// Nothing: not yet.
std::function<std::optional<std::string>()> coverage_as(Parts& run,
                                                        std::string (*render)(const events::CoverageSnapshot&)) {
    return [&run, render]() -> std::optional<std::string> {
        return run.asked.load() == nullptr ? std::nullopt : std::optional(render(run.looks.get()));
    };
}

// Null when nothing is to be served.
Result<std::unique_ptr<server::MetricsServer>> serve_metrics(const Settings& settings, Parts& run) {
    const std::string address = settings.text("metrics");
    if (address.empty()) return std::unique_ptr<server::MetricsServer>();
    auto made = server::MetricsServer::make(address, {.ledger = [&run] { return run.shown.ledger(); },
                                                      .why_not_ready = [&run] { return run.shown.why_not_ready(); },
                                                      .version = APIARIST_VERSION,
                                                      .coverage_text = coverage_as(run, coverage_text),
                                                      .coverage_json = coverage_as(run, coverage_json)});
    if (!made) return std::move(made).error().context("--metrics");
    Log(settings).info(fmt::format("metrics at {}/metrics", (*made)->url()));
    return made;
}

// Null when there is no inventory, or it cannot be served where nobody said that it should.
Result<std::unique_ptr<api::ApiServer>> serve_inventory(const Settings& settings, Parts& run) {
    if (settings.text("inventory").empty()) return std::unique_ptr<api::ApiServer>();
    auto database = inventory_database(settings, {});
    if (!database) return std::move(database).error();
    ApiSources sources;
    sources.live = &run.live;
    // The records may go elsewhere.
    const auto* sink = dynamic_cast<const processor::InventorySink*>(run.sink.get());
    if (sink != nullptr) sources.ingest = [sink] { return ingest_json(sink->ingest_counts()); };
    sources.collector = [&run, &settings, coverage = coverage_as(run, coverage_json)] {
        return collector_json(settings, {.mode = "run",
                                         .command = kRun,
                                         .started = run.started,
                                         .not_ready = run.shown.why_not_ready(),
                                         .ledger = run.shown.ledger(),
                                         .coverage = coverage()});
    };
    return serve_api(settings, *database, sink != nullptr ? kUsualApi : "", std::move(sources));
}

// A kernel program, a map and a probe are a file each. Called after the fork: the command keeps its own limit.
void raise_open_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

// An error is an impossible request.
Status prepare(const Settings& settings, const std::vector<std::string>& command, Parts& run) {
    auto options = kernel_options(settings, !command.empty());
    if (!options) return std::move(options).error();
    run.by_process = command.empty() && options->cgroups.empty() && !options->all && !options->pods;
    if (!command.empty()) options->program = program_of(command.front());
    if (!settings.text("api").empty() && settings.text("inventory").empty())
        return Error{std::errc::invalid_argument, "--api: there is no --inventory to be served"};
    APIARIST_TRY(check_outputs(settings));
    APIARIST_TRY(capture::can_load_programs());
    auto pipeline = pipeline_options(settings);
    if (!pipeline) return std::move(pipeline).error();
    run.pipeline_options = std::move(*pipeline);
    auto ledger_file = LedgerFile::make(settings.text("ledger"));
    if (!ledger_file) return std::move(ledger_file).error();
    run.ledger_file.emplace(std::move(*ledger_file));
    run.signals = signal_fd();
    if (!command.empty()) {
        auto child = Child::make(command, writes_to_stdout(settings));
        if (!child) return std::move(child).error();
        run.child.emplace(std::move(*child));
    }
    raise_open_files();
    // Threads begin here: the fork is behind us, and they inherit the signal mask.
    run.vitals.emplace(settings, run.instance_id, [&run] { return run.shown.ledger(); });
    auto sink = make_sink(
        settings, run.instance_id, [&run] { return run.vitals->read(); }, &run.live);
    if (!sink) return std::move(sink).error();
    run.sink = std::move(*sink);
    auto mongo = make_mongo(settings, run.pipeline_options.policy);
    if (!mongo) return std::move(mongo).error();
    run.mongo = std::move(*mongo);
    auto metrics = serve_metrics(settings, run);
    if (!metrics) return std::move(metrics).error();
    run.metrics = std::move(*metrics);
    auto api = serve_inventory(settings, run);
    if (!api) return std::move(api).error();
    run.api = std::move(*api);
    auto kernel = capture::KernelSource::make(*options);
    if (!kernel) return std::move(kernel).error();
    run.kernel = std::move(*kernel);
    run.asked.store(run.kernel.get());
    for (const std::string& one : run.kernel->refused())
        Log(settings).warn("left out: " + one);
    if (const std::string path = settings.text("record"); !path.empty()) {
        auto recording = events::RecordingWriter::make(path, run.kernel->realtime_offset_ns(), run.instance_id);
        if (!recording) return std::move(recording).error();
        run.recording = std::move(*recording);
    }
    if (run.child) APIARIST_TRY(run.kernel->add_process(static_cast<std::uint32_t>(run.child->pid())));
    return Done{};
}

bool is_running(const std::string& pid) {
    return capture::process_exists(static_cast<std::uint32_t>(std::strtoul(pid.c_str(), nullptr, 10)));
}

// Why nothing more can come, or nobody would read it.
std::optional<std::string> purpose_lost(const Settings& settings, const Parts& run) {
    if (run.sink->broken()) return "nobody reads the records any more";
    const auto& pids = settings.list("pid");
    // After a detach nobody tells which processes have ended.
    const bool over =
        run.kernel->finished() ? std::none_of(pids.begin(), pids.end(), is_running) : !run.kernel->traces_any();
    if (run.by_process && over) return "all traced processes have ended";
    return std::nullopt;
}

void say_settings(const Log& log, const Settings& settings) {
    for (const std::string& line : chosen_settings(settings))
        log.debug(line);
}

// Drains what was captured and reports. The exit status, where it is not the command's.
int end(const Settings& settings, Parts& run) {
    const auto live = [&run] { return live_ledger(*run.pipeline, *run.kernel); };
    run.shown.not_ready("the run is being drained", live);
    constexpr auto kPatience = std::chrono::seconds(5);
    run.sink->hurry(Clock::now() + kPatience);
    run.kernel->note_living();
    run.kernel->detach();
    run.pipeline->join();
    run.shown.hold("the run is being drained");  // else the last records would count the losses twice
    run.pipeline->finish([&run](const capture::OnRecord& on_record) { run.kernel->final_records(on_record); });
    run.shown.not_ready("the run is over", [&run] { return run.pipeline->ledger(); });
    int status = 0;
    if (run.recording)
        if (const auto finished = run.recording->finish(); !finished) status = fail(1, finished.error().what);
    const int reported = report(settings, *run.sink, *run.ledger_file, *run.pipeline);
    if (Log(settings).wants(Level::kInfo)) fmt::print(stderr, "coverage: {}\n", total_of(run.kernel->coverage()).line);
    if (dynamic_cast<const processor::InventorySink*>(run.sink.get()) != nullptr)
        if (const auto database = inventory_database(settings, {})) say_inventory(settings, *database);
    if (run.mongo) run.mongo->finish();  // last: records are worth more than counts
    return status != 0 ? status : reported;
}

}  // namespace

int run(const Settings& settings, const std::vector<std::string>& command) {
    constexpr int kImpossible = 2;
    constexpr int kOverMemory = 3;  // as the reference's
    Parts run;
    if (const Log log(settings); log.wants(Level::kDebug)) say_settings(log, settings);
    if (const auto prepared = prepare(settings, command, run); !prepared)
        return fail(kImpossible, prepared.error().what);
    run.pipeline.emplace(*run.kernel, *run.sink, run.recording.get(), run.pipeline_options);
    run.pipeline->start();
    const auto live = [&run] { return live_ledger(*run.pipeline, *run.kernel); };
    run.shown.ready(live);
    Log(settings).info("collecting");
    int status = 0;
    if (run.child)
        if (const auto going = run.child->let_go(); !going) status = fail(127, going.error().what);
    if (status == 0) {
        CpuWatch cpu({.limit = static_cast<double>(settings.count("cpu-limit")) / 100}, *run.kernel,
                     [&run, &live, &settings](const std::string& why) {
                         Log(settings).error(why);
                         run.shown.not_ready(why, live);
                     });
        const std::uint64_t rings = settings.count("workers") * settings.count("ring-bytes");
        MemoryWatch memory(
            {.soft = settings.count("memory-soft"),
             .hard = settings.count("memory-hard"),
             .period = std::chrono::nanoseconds(settings.duration_ns("memory-interval"))},
            [rings] { return anonymous_bytes() + rings; },
            [&run](std::uint64_t bytes) { run.pipeline->relieve(bytes); });
        const Log log(settings);
        Wait wait{.log = log,
                  .signals = run.signals,
                  .child = run.child ? &*run.child : nullptr,
                  .deadline = {},
                  .cpu = cpu,
                  .memory = memory,
                  .over = [&run, &settings] { return purpose_lost(settings, run); }};
        if (const std::uint64_t ns = settings.duration_ns("for"); ns != 0)
            wait.deadline = Clock::now() + std::chrono::nanoseconds(ns);
        const Ending ending = wait_for_end(wait);
        status = ending.by_command ? ending.status : 0;
        if (ending.over_memory) status = kOverMemory;
    }
    const int ended = end(settings, run);
    return status != 0 ? status : ended;
}

int replay(const Settings& settings, const std::string& path) {
    constexpr int kImpossible = 2;
    if (const auto checked = check_outputs(settings, path); !checked) return fail(kImpossible, checked.error().what);
    auto source = capture::ReplaySource::make(path);
    if (!source) return fail(kImpossible, source.error().what);
    auto sink = make_sink(settings, (*source)->instance_id());
    if (!sink) return fail(kImpossible, sink.error().what);
    const auto ledger_file = LedgerFile::make(settings.text("ledger"));
    if (!ledger_file) return fail(kImpossible, ledger_file.error().what);
    auto options = pipeline_options(settings);
    if (!options) return fail(kImpossible, options.error().what);
    const auto mongo = make_mongo(settings, options->policy);
    if (!mongo) return fail(kImpossible, mongo.error().what);
    Pipeline pipeline(**source, **sink, nullptr, *options);
    pipeline.start();
    pipeline.join();
    pipeline.finish([](const capture::OnRecord&) {});
    const int status = report(settings, **sink, *ledger_file, pipeline);
    if (*mongo) (*mongo)->finish();
    if ((*source)->cut()) return fail(1, path + ": ends inside a record");
    return status;
}

}  // namespace apiarist::app
