// SPDX-License-Identifier: Apache-2.0
// `apiarist run`: checks the request, attaches, lets the command go, collects until told to end, drains, reports.

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <optional>
#include <random>

#include "app/child.h"
#include "app/commands.h"
#include "app/outputs.h"
#include "app/pipeline.h"
#include "capture/host.h"
#include "capture/kernel_source.h"
#include "capture/proc.h"
#include "capture/replay_source.h"
#include "server/metrics_server.h"
#include "server/run_status.h"

namespace apiarist::app {
namespace {

using Clock = std::chrono::steady_clock;

// RFC 9562 §5.4.
std::string make_instance_id() {
    std::random_device random;
    const auto word = [&random] { return static_cast<unsigned>(random()); };
    return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:08x}{:04x}", word(), word() & 0xffff, word() & 0xfff,
                       (word() & 0x3fff) | 0x8000, word(), word() & 0xffff);
}

Result<capture::KernelOptions> kernel_options(const Settings& settings, bool has_command) {
    capture::KernelOptions options;
    for (const std::string& text : settings.list("pid")) {
        std::uint32_t pid = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
        if (error != std::errc{} || end != text.data() + text.size() || !capture::process_exists(pid))
            return Error{std::errc::no_such_process, fmt::format("--pid {}: no such process", text)};
        options.pids.push_back(pid);
    }
    options.cgroups = settings.list("cgroup");
    options.all = settings.flag("all");
    if (!has_command && options.pids.empty() && options.cgroups.empty() && !options.all)
        return Error{std::errc::invalid_argument,
                     "nothing selected: choose what to trace with --pid N, --cgroup PATH, --all, or -- COMMAND ARG..."};
    options.workers = static_cast<unsigned>(settings.count("workers"));
    if (options.workers < 1 || options.workers > AP_MAX_RINGS)
        return Error{std::errc::invalid_argument, fmt::format("--workers: 1 to {}", AP_MAX_RINGS)};
    options.ring_bytes = settings.count("ring-bytes");
    if (options.ring_bytes < (64u << 10) || options.ring_bytes > (1u << 30))
        return Error{std::errc::invalid_argument, "--ring-bytes: 64K to 1G"};
    options.call_bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(settings.count("call-bytes"), 1u << 30));
    options.clear = settings.flag("clear");
    options.tls = settings.flag("tls");
    return options;
}

// Signals come through a descriptor; all threads made later inherit the mask.
Fd signal_fd() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGCHLD})
        ::sigaddset(&set, number);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

struct Ending {
    bool by_command = false;
    int status = 0;
};

// Returns when the command ended, a signal came, or the time is over.
Ending wait_for_end(const Fd& signals, Child* child, std::optional<Clock::time_point> deadline) {
    bool told = false;
    for (;;) {
        if (child != nullptr)
            if (const auto status = child->ended()) return {!told, told ? 0 : *status};
        int timeout = -1;
        if (deadline) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - Clock::now()).count();
            if (left <= 0) {
                if (child == nullptr || told) return {};
                told = true;  // the command is part of the run: it is asked to end, and given a little time
                child->signal(SIGTERM);
                deadline = Clock::now() + std::chrono::seconds(5);
                continue;
            }
            timeout = static_cast<int>(std::min<long long>(left, 1'000'000));
        }
        pollfd ready{.fd = signals.get(), .events = POLLIN, .revents = 0};
        (void)::poll(&ready, 1, timeout);
        signalfd_siginfo info{};
        while (::read(signals.get(), &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info))) {
            if (info.ssi_signo == SIGCHLD) continue;
            if (child == nullptr) return {};
            child->signal(static_cast<int>(info.ssi_signo));
        }
    }
}

// Null when nothing is to be served.
Result<std::unique_ptr<server::MetricsServer>> serve_metrics(const Settings& settings,
                                                             const server::RunStatus& status) {
    const std::string address = settings.text("metrics");
    if (address.empty()) return std::unique_ptr<server::MetricsServer>();
    auto made = server::MetricsServer::make(address, {.ledger = [&status] { return status.ledger(); },
                                                      .why_not_ready = [&status] { return status.why_not_ready(); },
                                                      .version = APIARIST_VERSION});
    if (!made) return std::move(made).error().context("--metrics");
    if (!settings.flag("quiet")) fmt::print(stderr, "apiarist: metrics at {}/metrics\n", (*made)->url());
    return made;
}

// The kernel's losses are booked by the last records; until then they stand beside the ledger.
LedgerSnapshot live_ledger(const Pipeline& pipeline, const capture::KernelSource& kernel) {
    LedgerSnapshot ledger = pipeline.ledger();
    auto index = static_cast<std::size_t>(Count::kLossRingFullRecords);
    for (const std::uint64_t n : kernel.losses())
        ledger[index++] += n;
    return ledger;
}

}  // namespace

int run(const Settings& settings, const std::vector<std::string>& command) {
    constexpr int kImpossible = 2;
    const auto options = kernel_options(settings, !command.empty());
    if (!options) return fail(kImpossible, options.error().what);
    if (const auto able = capture::can_load_programs(); !able) return fail(kImpossible, able.error().what);
    const std::string instance_id = make_instance_id();
    auto sink = make_sink(settings, instance_id);
    if (!sink) return fail(kImpossible, sink.error().what);
    const auto ledger_file = LedgerFile::make(settings.text("ledger"));
    if (!ledger_file) return fail(kImpossible, ledger_file.error().what);

    const Fd signals = signal_fd();
    std::optional<Child> child;
    if (!command.empty()) {
        auto made = Child::make(command);
        if (!made) return fail(1, made.error().what);
        child.emplace(std::move(*made));
    }
    server::RunStatus shown("the kernel programs are not attached yet");
    auto metrics = serve_metrics(settings, shown);
    if (!metrics) return fail(kImpossible, metrics.error().what);
    auto source = capture::KernelSource::make(*options);
    if (!source) return fail(kImpossible, source.error().what);
    capture::KernelSource& kernel = **source;
    std::unique_ptr<events::RecordingWriter> recording;
    if (!settings.text("record").empty()) {
        auto made = events::RecordingWriter::make(settings.text("record"), kernel.realtime_offset_ns(), instance_id);
        if (!made) return fail(kImpossible, made.error().what);
        recording = std::move(*made);
    }
    if (child)
        if (const auto added = kernel.add_process(static_cast<std::uint32_t>(child->pid())); !added)
            return fail(1, added.error().what);

    Pipeline pipeline(kernel, **sink, recording.get(), pipeline_options(settings));
    pipeline.start();
    const auto live = [&pipeline, &kernel] { return live_ledger(pipeline, kernel); };
    shown.ready(live);
    const auto serving = std::move(*metrics);  // ends before what it shows
    int status = 0;
    if (child)
        if (const auto going = child->let_go(); !going) status = fail(127, going.error().what);
    std::optional<Clock::time_point> deadline;
    if (const std::uint64_t ns = settings.duration_ns("for"); ns != 0)
        deadline = Clock::now() + std::chrono::nanoseconds(ns);
    if (status == 0) {
        const Ending ending = wait_for_end(signals, child ? &*child : nullptr, deadline);
        status = ending.by_command ? ending.status : 0;
    }
    shown.not_ready("the run is being drained", live);
    kernel.detach();
    pipeline.join();
    shown.hold("the run is being drained");  // else the last records would count the losses twice
    pipeline.finish([&kernel](const capture::OnRecord& on_record) { kernel.final_records(on_record); });
    shown.not_ready("the run is over", [&pipeline] { return pipeline.ledger(); });
    if (recording)
        if (const auto finished = recording->finish(); !finished) status = fail(1, finished.error().what);
    const int reported = report(settings, **sink, *ledger_file, pipeline.ledger());
    return status != 0 ? status : reported;
}

int replay(const Settings& settings, const std::string& path) {
    constexpr int kImpossible = 2;
    auto source = capture::ReplaySource::make(path);
    if (!source) return fail(kImpossible, source.error().what);
    auto sink = make_sink(settings, (*source)->instance_id());
    if (!sink) return fail(kImpossible, sink.error().what);
    const auto ledger_file = LedgerFile::make(settings.text("ledger"));
    if (!ledger_file) return fail(kImpossible, ledger_file.error().what);
    Pipeline pipeline(**source, **sink, nullptr, pipeline_options(settings));
    pipeline.start();
    pipeline.join();
    pipeline.finish([](const capture::OnRecord&) {});
    const int status = report(settings, **sink, *ledger_file, pipeline.ledger());
    if ((*source)->cut()) return fail(1, path + ": ends inside a record");
    return status;
}

}  // namespace apiarist::app
