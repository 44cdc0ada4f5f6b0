// SPDX-License-Identifier: Apache-2.0
#include "processor/kept_batch.h"

#include <fmt/format.h>

namespace apiarist::processor {

void KeptBatch::take(std::string_view record, std::int64_t now_s) {
    ingest_.take(record, now_s);
    kept_.push(record);
}

bool KeptBatch::is_full() const {
    return ingest_.is_full() || kept_.bytes() >= options_.bytes;
}

Result<std::size_t> KeptBatch::store(std::int64_t now_s) {
    if (ingest_.is_empty())
        while (is_parted() && !ingest_.is_full() && !refusals_.is_full(ingest_.taken()))
            ingest_.take(kept_[ingest_.taken()], now_s);
    const std::uint64_t records = ingest_.taken();
    while (true) {
        const auto applied = flush(now_s);
        if (applied) return let_go(records);
        const Error& error = applied.error();
        if (!store::refuses_values(error)) return error;
        switch (refusals_.refused(records)) {
            case Refusals::Then::kTryAgain:
                break;
            case Refusals::Then::kParts:
                tell(fmt::format("the store refuses a batch of {} records, which is taken again in smaller ones: {}",
                                 records, error.what));
                ingest_.take_back();
                return std::size_t{0};
            case Refusals::Then::kLeaveOut:
                tell(fmt::format("record {} ({}) is left out: {}", passed_ + 1, ingest_.about(), error.what));
                ingest_.refuse(error.what);
                // The record's number alone.
                if (const auto passed = flush(now_s); !passed) return passed.error();
                return let_go(records);
        }
    }
}

Result<store::Applied> KeptBatch::flush(std::int64_t now_s) {
    if (options_.topic.empty()) return ingest_.flush({}, {}, now_s);
    // No other writes this offset, and it may have been deleted since (delete_day_old()): where it begins is not asked.
    return ingest_.flush({}, {{options_.topic, 0, passed_ + static_cast<std::int64_t>(ingest_.taken())}}, now_s);
}

std::size_t KeptBatch::let_go(std::uint64_t records) {
    refusals_.passed(records);
    passed_ += static_cast<std::int64_t>(records);
    const std::size_t before = kept_.bytes();
    for (; records > 0; --records)
        kept_.pop();
    return before - kept_.bytes();
}

void KeptBatch::drop() {
    ingest_.drop();
    kept_.clear();
}

void KeptBatch::tell(const std::string& what) const {
    if (options_.on_trouble) options_.on_trouble(what);
}

}  // namespace apiarist::processor
