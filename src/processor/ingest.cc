// SPDX-License-Identifier: Apache-2.0
#include "processor/ingest.h"

#include <fmt/format.h>

#include <utility>

#include "store/maintenance.h"

namespace apiarist::processor {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

Ingest::Ingest(store::Store& store, IngestOptions options)
    : store_(store),
      options_(std::move(options)),
      samples_(options_.samples),
      live_writer_(options_.samples),
      observer_({options_.networks, [this](const records::Record& record) { return samples_.write(record); },
                 options_.scanner.get()}) {}

void Ingest::take(std::string_view record, std::int64_t now_s) {
    ++taken_;
    bytes_ += record.size();
    const bool again = again_ > 0;
    if (again) --again_;
    const auto decoded = decoder_.decode(record);
    if (!again) count(decoded);
    if (!decoded) return;
    ++good_;
    observer_.observe(**decoded, now_s, store_.catalog(), batch_.delta);
    if (!again && options_.live != nullptr && options_.live->readers() != 0)
        options_.live->publish(**decoded, now_s,
                               [this, now_s](const records::Record& one) { return live_writer_.write(one, now_s); });
}

void Ingest::count(const Result<const records::Record*>& decoded) {
    counts_.records.fetch_add(1, kRelaxed);
    if (decoded) {
        counts_.pending.fetch_add(1, kRelaxed);
    } else if (decoded.error().code == std::errc::operation_canceled) {
        counts_.first_words.fetch_add(1, kRelaxed);
    } else {
        counts_.refused.fetch_add(1, kRelaxed);
        const std::scoped_lock lock(mutex_);
        last_refusal_ = decoded.error().what;
    }
}

bool Ingest::is_full() const {
    return taken_ >= options_.batch_records || bytes_ >= options_.batch_bytes ||
           batch_.delta.endpoints.size() >= options_.batch_endpoints;
}

Result<store::Applied> Ingest::flush(std::vector<store::Offset> begin, std::vector<store::Offset> end,
                                     std::int64_t now_s) {
    batch_.begin = std::move(begin);
    batch_.end = std::move(end);
    auto applied = store_.apply(batch_, now_s);
    if (!applied) {
        counts_.failures.fetch_add(1, kRelaxed);
        return applied;
    }
    const bool done = *applied == store::Applied::kDone;
    (done ? counts_.stored : counts_.dropped).fetch_add(good_, kRelaxed);
    if (!done) counts_.superseded.fetch_add(good_, kRelaxed);
    if (done) observer_.keep();
    counts_.batches.fetch_add(1, kRelaxed);
    clear();
    delete_old(now_s);
    return applied;
}

void Ingest::delete_old(std::int64_t now_s) {
    constexpr std::int64_t kHour = 3600;
    constexpr std::int64_t kDay = 24 * kHour;
    if (now_s < next_deletion_) return;
    next_deletion_ = now_s + kHour;
    // It is tried again in an hour; a store that fails is told of when it takes no batch.
    const auto tell = [this](bool deleted) {
        if (!deleted) counts_.failures.fetch_add(1, kRelaxed);
    };
    if (options_.keep_days == 0) return tell(store::delete_day_old(store_.database(), now_s).has_value());
    tell(store::delete_before(store_.database(), now_s - options_.keep_days * kDay,
                              {std::string(store::kRetention), now_s})
             .has_value());
}

void Ingest::drop() {
    counts_.dropped.fetch_add(counts_.pending.exchange(0, kRelaxed), kRelaxed);
    again_ = 0;
    empty();
}

void Ingest::take_back() {
    again_ += taken_;
    empty();
}

std::string Ingest::about() const {
    if (batch_.delta.endpoints.empty()) return "no endpoint";
    const inventory::EndpointRef& ref = batch_.delta.endpoints.begin()->first;
    const inventory::Collection& collection = store_.catalog().at(ref.collection);
    const inventory::Endpoint& endpoint = collection.tree.endpoint(ref.endpoint);
    return fmt::format("{} {} {}", endpoint.method, collection.name, collection.tree.text_of(endpoint.node));
}

void Ingest::refuse(std::string why) {
    counts_.refused.fetch_add(good_, kRelaxed);
    counts_.pending.fetch_sub(good_, kRelaxed);
    good_ = 0;
    batch_ = {};
    observer_.forget();
    const std::scoped_lock lock(mutex_);
    last_refusal_ = std::move(why);
}

void Ingest::clear() {
    counts_.pending.fetch_sub(good_, kRelaxed);
    empty();
}

void Ingest::empty() {
    batch_ = {};
    observer_.forget();
    taken_ = 0;
    good_ = 0;
    bytes_ = 0;
}

IngestCounts Ingest::counts() const {
    IngestCounts counts{counts_.records.load(kRelaxed),     counts_.stored.load(kRelaxed),
                        counts_.pending.load(kRelaxed),     counts_.superseded.load(kRelaxed),
                        counts_.dropped.load(kRelaxed),     counts_.refused.load(kRelaxed),
                        counts_.first_words.load(kRelaxed), counts_.batches.load(kRelaxed),
                        counts_.failures.load(kRelaxed),    {}};
    const std::scoped_lock lock(mutex_);
    counts.last_refusal = last_refusal_;
    return counts;
}

}  // namespace apiarist::processor
