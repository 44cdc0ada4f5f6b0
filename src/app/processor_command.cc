// SPDX-License-Identifier: Apache-2.0
// `apiarist processor`: records of a Kafka topic, or of a file, into an inventory.

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "app/api_options.h"
#include "app/brokers.h"
#include "app/collector.h"
#include "app/commands.h"
#include "app/inventory_options.h"
#include "app/kafka_options.h"
#include "app/log.h"
#include "app/outputs.h"
#include "app/printable.h"
#include "app/records_file.h"
#include "base/handles.h"
#include "base/private_file.h"
#include "processor/kafka_consumer.h"
#include "processor/kept_batch.h"

namespace apiarist::app {
namespace {

using processor::Ingest;
using processor::IngestCounts;
using processor::KafkaConsumer;
using processor::KeptBatch;

constexpr std::string_view kFallback = "apiarist-inventory";
constexpr std::string_view kStandardInput = "-";
constexpr std::string_view kNothingRead = "nothing is read: what is there is served";

// Threads made later inherit the mask.
Fd ending_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        ::sigaddset(&set, number);
    ::signal(SIGPIPE, SIG_IGN);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return Fd(::signalfd(-1, &set, SFD_CLOEXEC));
}

Status write_counts(const Fd& fd, const IngestCounts& counts) {
    if (!fd) return Done{};
    const std::string text = ingest_json(counts) + "\n";
    if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        return Error::from_errno(errno, "--ledger");
    return Done{};
}

bool is_readable(const Fd& fd) {
    pollfd one{fd.get(), POLLIN, 0};
    return ::poll(&one, 1, 0) > 0;
}

// Until a signal: it is long where the store refuses record after record.
Status store_all(KeptBatch& batch, const Fd& signals) {
    while (!batch.is_empty()) {
        if (batch.is_parted() && is_readable(signals)) {
            batch.drop();
            break;
        }
        if (auto stored = batch.store(processor::unix_seconds()); !stored) return std::move(stored).error();
    }
    return Done{};
}

// All lines of the file, or until a signal.
Status read_file(const Settings& settings, RecordsFile& file, Ingest& ingest, const Fd& signals) {
    const std::chrono::nanoseconds batch_time(settings.duration_ns("inventory-batch-time"));
    KeptBatch batch(ingest, {.topic = {}, .on_trouble = [log = Log(settings)](const std::string& what) {
                                 log.warn("--records: " + printable(what));
                             }});
    // What a pipe that stays open has brought is stored when nothing more comes at once.
    std::optional<RecordsFile::Clock::time_point> due;
    while (!file.is_over()) {
        auto line = file.next(signals.get(), due);
        if (!line) return std::move(line).error().context("--records");
        if (*line) {
            if (!due) due = RecordsFile::Clock::now() + batch_time;
            batch.take(**line, processor::unix_seconds());
        }
        if (*line && !batch.is_full()) continue;
        APIARIST_TRY(store_all(batch, signals));
        due.reset();
    }
    return store_all(batch, signals);
}

Result<processor::KafkaConsumerOptions> consumer_options(const Settings& settings) {
    std::vector<std::string> warnings;
    auto connection = kafka_connection(settings, warnings);
    if (!connection) return std::move(connection).error();
    for (const std::string& warning : warnings)
        Log(settings).warn("kafka: " + warning);
    processor::KafkaConsumerOptions options;
    options.topic = settings.text("kafka-topic");
    options.batch_time = std::chrono::nanoseconds(settings.duration_ns("inventory-batch-time"));
    options.on_trouble = [log = Log(settings)](const std::string& what) { log.warn(what); };
    options.client = std::move(*connection);
    const std::pair<const char*, std::string> own[] = {{"group.id", settings.text("kafka-group")},
                                                       {"enable.auto.commit", "false"},
                                                       {"enable.auto.offset.store", "false"},
                                                       {"auto.offset.reset", "earliest"},
                                                       // How long the partitions of one that died lie still.
                                                       {"session.timeout.ms", "10000"},
                                                       // What waits to be taken, above the batch.
                                                       {"queued.max.messages.kbytes", "65536"}};
    for (const auto& [name, value] : own)
        options.client.emplace_back(name, value);
    return options;
}

Status read_kafka(const Settings& settings, store::Store& store, Ingest& ingest, const Fd& signals) {
    auto options = consumer_options(settings);
    if (!options) return std::move(options).error();
    auto consumer = KafkaConsumer::make(*options, store, ingest);
    if (!consumer) return std::move(consumer).error();
    const Fd ended(::eventfd(0, EFD_CLOEXEC));
    std::optional<Error> fault;
    std::thread thread([&consumer, &ended, &fault] {
        if (auto done = (*consumer)->run(); !done) fault = std::move(done).error();
        const std::uint64_t one = 1;
        (void)!::write(ended.get(), &one, sizeof one);
    });
    pollfd both[] = {{signals.get(), POLLIN, 0}, {ended.get(), POLLIN, 0}};
    while (::poll(both, 2, -1) < 0 && errno == EINTR) {
    }
    (*consumer)->stop();
    thread.join();
    if (fault) return std::move(*fault);
    return Done{};
}

// Who says --api beside a file wants to look at what was in it. What comes through a pipe, or by a script whose
// environment names an address, ends with its input.
bool serves_on(const Settings& settings, const RecordsFile& file) {
    return !file.stopped() && file.is_regular() && settings.text("records") != kStandardInput &&
           settings.value("api").origin == Origin::kCommandLine;
}

void wait_for(const Fd& signals) {
    pollfd one{signals.get(), POLLIN, 0};
    while (::poll(&one, 1, -1) < 0 && errno == EINTR) {
    }
}

// What is there is served, until a signal.
Status read_nothing(const Settings& settings, const Fd& signals) {
    Log(settings).info("nothing is read (no --kafka, no --records); the inventory is served as it is");
    wait_for(signals);
    return Done{};
}

// What is wrong with it, if nothing of what was read is a record.
Status check_records(const IngestCounts& counts) {
    if (counts.refused == 0 || counts.records > counts.refused + counts.first_words) return Done{};
    return Error{std::errc::invalid_argument, fmt::format("--records: none of {} lines is a record; the last: {}",
                                                          counts.records, counts.last_refusal)};
}

}  // namespace

int processor(const Settings& settings) {
    for (const std::string& warning : settings.warnings())
        Log(settings).warn(warning);
    const bool has_kafka = !settings.text("kafka").empty();
    const bool has_file = !settings.text("records").empty();
    if (has_kafka && has_file) return fail(2, "--kafka and --records exclude each other");
    if (!has_kafka && !has_file && settings.text("inventory").empty())
        return fail(2, "nothing to do: --kafka BROKERS or --records FILE to read, or --inventory of one to be served");
    std::optional<RecordsFile> file;
    if (has_file) {
        auto opened = RecordsFile::open(settings.text("records"));
        if (!opened) return fail(2, opened.error().what + " (--records)");
        file.emplace(std::move(*opened));
    }
    if (const std::string place = settings.text("inventory");
        !has_kafka && !has_file && !store::is_postgres(place) && !std::filesystem::exists(place + "/inventory.db"))
        return fail(2, fmt::format("there is no inventory in {}, and nothing is read into one (--kafka, --records)",
                                   printable(place)));
    auto database = inventory_database(settings, std::string(kFallback));
    if (!database) return fail(2, database.error().what);
    auto options = ingest_options(settings);
    if (!options) return fail(2, options.error().what);
    Fd ledger;
    if (const std::string path = settings.text("ledger"); !path.empty()) {
        auto made = create_private_file(path);
        if (!made) return fail(2, made.error().what);
        ledger = std::move(*made);
    }
    const Fd signals = ending_signals();
    auto store = store::Store::open(*database, inventory_limits(settings));
    if (!store) return fail(2, store.error().what);
    live::Feed live;
    options->live = &live;
    Ingest ingest(*store, std::move(*options));
    const std::int64_t started = processor::unix_seconds();
    std::atomic<bool> reading{has_kafka || has_file};
    const auto collector = [&settings, &reading, started] {
        CollectorFacts facts{.mode = "processor", .command = kProcessor, .started = started};
        if (!reading.load()) {
            facts.mode = "serve";
            facts.not_ready = kNothingRead;
        }
        return collector_json(settings, facts);
    };
    // A file is soon read; who wants the API beside it, and then, asks for it.
    auto api = serve_api(settings, *database, has_file ? "" : kUsualApi,
                         {[&ingest] { return ingest_json(ingest.counts()); }, collector, &live});
    if (!api) return fail(2, api.error().what);
    if (!*api && !has_kafka && !has_file) return fail(2, "nothing is read, and nothing is served: --api ADDRESS:PORT");
    int status = 0;
    const auto done = file        ? read_file(settings, *file, ingest, signals)
                      : has_kafka ? read_kafka(settings, *store, ingest, signals)
                                  : read_nothing(settings, signals);
    if (!done) status = fail(1, done.error().what);
    const IngestCounts counts = ingest.counts();
    if (const auto checked = file ? check_records(counts) : Status(Done{}); !checked)
        status = fail(1, checked.error().what);
    if (const auto written = write_counts(ledger, counts); !written) status = fail(1, written.error().what);
    if (!has_kafka && !has_file) return status;
    Log(settings).info(fmt::format("{} read: {} records stored, {} not stored; {} were no records{}", counts.records,
                                   counts.stored, counts.pending + counts.dropped, counts.refused,
                                   counts.last_refusal.empty() ? "" : " (the last: " + counts.last_refusal + ")"));
    say_inventory(settings, *database);
    if (status == 0 && *api && file && serves_on(settings, *file)) {
        reading.store(false);
        Log(settings).info("the file is read; its inventory is served until a signal");
        wait_for(signals);
    }
    return status;
}

}  // namespace apiarist::app
