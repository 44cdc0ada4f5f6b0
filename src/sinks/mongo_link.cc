// SPDX-License-Identifier: Apache-2.0
#include "sinks/mongo_link.h"

#include <fmt/format.h>
#include <mongoc/mongoc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/handles.h"

namespace apiarist::sinks {
namespace {

constexpr const char* kDatabase = "1000000";
constexpr std::int64_t kHourSeconds = 3600;
constexpr std::int64_t kDaySeconds = 24 * kHourSeconds;
constexpr std::int32_t kPatienceMs = 3000;
constexpr std::int32_t kMostPatienceMs = 10'000;

using Uri = std::unique_ptr<mongoc_uri_t, Destroy<mongoc_uri_destroy>>;
using Collection = std::unique_ptr<mongoc_collection_t, Destroy<mongoc_collection_destroy>>;
using Bulk = std::unique_ptr<mongoc_bulk_operation_t, Destroy<mongoc_bulk_operation_destroy>>;
using Cursor = std::unique_ptr<mongoc_cursor_t, Destroy<mongoc_cursor_destroy>>;

// bson_t has an alignment of its own, which a template argument would lose.
class Document {
  public:
    explicit Document(bson_t* document) : document_(document) {}
    ~Document() { bson_destroy(document_); }
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;
    [[nodiscard]] bson_t* get() const { return document_; }

  private:
    bson_t* document_;
};

// The library wants to be initialised once in a process and says nothing by itself.
void initialise() {
    static const bool done = [] {
        mongoc_log_set_handler(nullptr, nullptr);
        mongoc_init();
        return true;
    }();
    (void)done;
}

std::int64_t now_seconds() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// A server that cannot be reached has many words for it, which differ from try to try.
Error error_of(const bson_error_t& error) {
    const bool unreachable = error.domain == MONGOC_ERROR_SERVER_SELECTION || error.domain == MONGOC_ERROR_STREAM;
    return Error{unreachable ? std::errc::not_connected : std::errc::io_error, error.message};
}

// One counter of one row: bulk upsert by _id.
Status add_counter(mongoc_bulk_operation_t* bulk, const policy::TrafficRow& row, const char* name,
                   std::uint64_t count) {
    if (count == 0) return Done{};
    const std::int64_t now = now_seconds();
    const std::int64_t day = now / kDaySeconds;
    const Document selector(bson_new());
    bson_t id;
    BSON_APPEND_DOCUMENT_BEGIN(selector.get(), "_id", &id);
    BSON_APPEND_UTF8(&id, "ip", row.ip.c_str());
    BSON_APPEND_UTF8(&id, "host", row.host.c_str());
    BSON_APPEND_INT32(&id, "vxlanID", 0);
    BSON_APPEND_UTF8(&id, "name", name);
    BSON_APPEND_INT32(&id, "bucketStartEpoch", static_cast<std::int32_t>(day));
    BSON_APPEND_INT32(&id, "bucketEndEpoch", static_cast<std::int32_t>(day + 1));
    bson_append_document_end(selector.get(), &id);
    const std::string field = fmt::format("countMap.{}", now / kHourSeconds);
    const Document update(bson_new());
    bson_t change;
    BSON_APPEND_DOCUMENT_BEGIN(update.get(), "$inc", &change);
    BSON_APPEND_INT64(&change, field.c_str(), static_cast<std::int64_t>(count));
    bson_append_document_end(update.get(), &change);
    const Document options(BCON_NEW("upsert", BCON_BOOL(true)));
    bson_error_t error;
    if (mongoc_bulk_operation_update_one_with_opts(bulk, selector.get(), update.get(), options.get(), &error))
        return Done{};
    return error_of(error);
}

std::map<std::string, std::string> texts_of(const bson_t& document, const char* field) {
    std::map<std::string, std::string> found;
    bson_iter_t at;
    bson_iter_t inner;
    if (!bson_iter_init_find(&at, &document, field) || !BSON_ITER_HOLDS_DOCUMENT(&at) ||
        !bson_iter_recurse(&at, &inner))
        return found;
    while (bson_iter_next(&inner))
        if (BSON_ITER_HOLDS_UTF8(&inner)) found.emplace(bson_iter_key(&inner), bson_iter_utf8(&inner, nullptr));
    return found;
}

}  // namespace

void remove_mongo_counters() {
    (void)::shm_unlink(fmt::format("/mongoc-{}", ::getpid()).c_str());
}

struct MongoLink::Client {
    std::unique_ptr<mongoc_client_t, Destroy<mongoc_client_destroy>> of_library;
    [[nodiscard]] mongoc_client_t* get() const { return of_library.get(); }
};

MongoLink::MongoLink(const MongoOptions& options, policy::TrafficCounts& counts, policy::HeaderValues& values)
    : options_(options), counts_(counts), values_(values) {}

MongoLink::~MongoLink() {
    finish();
}

Result<std::unique_ptr<MongoLink>> MongoLink::make(const MongoOptions& options, policy::TrafficCounts& counts,
                                                   policy::HeaderValues& values) {
    initialise();
    bson_error_t error;
    const Uri uri(mongoc_uri_new_with_error(options.uri.c_str(), &error));
    // Its message may repeat the address, and that a password.
    if (!uri) return Error{std::errc::invalid_argument, "no MongoDB address (mongodb://HOST:PORT/...)"};
    // The end of a run waits for the call under way, so none may be long, whatever the address says.
    for (const char* name :
         {MONGOC_URI_SERVERSELECTIONTIMEOUTMS, MONGOC_URI_SOCKETTIMEOUTMS, MONGOC_URI_CONNECTTIMEOUTMS}) {
        const std::int32_t given = mongoc_uri_get_option_as_int32(uri.get(), name, kPatienceMs);
        mongoc_uri_set_option_as_int32(uri.get(), name, given <= 0 ? kPatienceMs : std::min(given, kMostPatienceMs));
    }
    mongoc_uri_set_appname(uri.get(), "apiarist");
    std::unique_ptr<MongoLink> link(new MongoLink(options, counts, values));
    link->client_ = std::make_unique<Client>();
    link->client_->of_library.reset(mongoc_client_new_from_uri_with_error(uri.get(), &error));
    if (link->client_->get() == nullptr)
        return Error{std::errc::invalid_argument, "this MongoDB address cannot be used"};
    mongoc_client_set_error_api(link->client_->get(), MONGOC_ERROR_API_VERSION_2);
    MongoLink* raw = link.get();
    link->thread_ = std::thread([raw] { raw->run(); });
    return link;
}

void MongoLink::run() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
        lock.unlock();
        work();
        lock.lock();
        wake_.wait_for(lock, std::chrono::nanoseconds(options_.period_ns), [this] { return stop_; });
    }
    lock.unlock();
    if (trouble_ == std::errc{}) work();  // else the end of the run would wait for who is not there
}

void MongoLink::work() {
    auto read_it = read();
    if (read_it) {
        const auto rows = counts_.take();
        read_it = write(rows);
        if (!read_it) counts_.give_back(rows);
    }
    const std::errc trouble = read_it ? std::errc{} : read_it.error().code;
    if (trouble != std::exchange(trouble_, trouble) && options_.on_trouble)
        options_.on_trouble(read_it ? "mongo: it answers again"
                                    : fmt::format("mongo: {}; it is tried again", read_it.error().what));
}

Status MongoLink::read() {
    const Collection settings(mongoc_client_get_collection(client_->get(), kDatabase, "accounts_settings"));
    const Document all(bson_new());
    const Document first(BCON_NEW("limit", BCON_INT64(1)));
    const Cursor cursor(mongoc_collection_find_with_opts(settings.get(), all.get(), first.get(), nullptr));
    const bson_t* document = nullptr;
    std::map<std::string, std::string> wanted;
    if (mongoc_cursor_next(cursor.get(), &document)) wanted = texts_of(*document, "filterHeaderValueMap");
    bson_error_t error;
    if (mongoc_cursor_error(cursor.get(), &error)) return error_of(error);
    values_.set(std::move(wanted));
    return Done{};
}

Status MongoLink::write(const std::vector<policy::TrafficRow>& rows) {
    if (rows.empty()) return Done{};
    const Collection metrics(mongoc_client_get_collection(client_->get(), kDatabase, "traffic_metrics"));
    // All of it or none, as far as one request goes: what comes after an error is given back as a whole.
    const Bulk bulk(mongoc_collection_create_bulk_operation_with_opts(metrics.get(), nullptr));
    for (const policy::TrafficRow& row : rows) {
        APIARIST_TRY(add_counter(bulk.get(), row, "INCOMING_PACKETS_MIRRORING", row.incoming_bytes));
        APIARIST_TRY(add_counter(bulk.get(), row, "OUTGOING_PACKETS_MIRRORING", row.outgoing_bytes));
        APIARIST_TRY(add_counter(bulk.get(), row, "OUTGOING_REQUESTS_MIRRORING", row.outgoing_pairs));
    }
    bson_error_t error;
    if (mongoc_bulk_operation_execute(bulk.get(), nullptr, &error) != 0) return Done{};
    return error_of(error);
}

void MongoLink::finish() {
    {
        const std::scoped_lock lock(mutex_);
        stop_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

}  // namespace apiarist::sinks
