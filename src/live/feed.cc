// SPDX-License-Identifier: Apache-2.0
#include "live/feed.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "inventory/message_facts.h"

namespace apiarist::live {
namespace {

constexpr char lower(char c) {
    return is_ascii_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
}

// `wanted` is in lower case.
bool contains(std::string_view text, std::string_view wanted) {
    return std::search(text.begin(), text.end(), wanted.begin(), wanted.end(),
                       [](char a, char b) { return lower(a) == b; }) != text.end();
}

bool has_status(std::uint16_t status, std::string_view wanted) {
    if (wanted == "unanswered") return status == 0;
    if (wanted == "succeeded") return status != 0 && status < 400;
    return status / 100 == wanted.front() - '0';
}

// But for what is searched.
bool wants(const Filter& filter, const records::Record& record) {
    if (!filter.method.empty() && filter.method != record.method) return false;
    if (!filter.status.empty() && !has_status(record.status, filter.status)) return false;
    return filter.collection.empty() || filter.collection == inventory::collection_of(record);
}

}  // namespace

bool is_status(std::string_view text) {
    constexpr std::string_view kAll[] = {"succeeded", "2xx", "3xx", "4xx", "5xx", "unanswered"};
    return std::find(std::begin(kAll), std::end(kAll), text) != std::end(kAll);
}

Reader::Reader(Feed& feed, Filter filter)
    : feed_(feed), filter_(std::move(filter)), waiting_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Reader::~Reader() {
    const std::scoped_lock lock(feed_.mutex_);
    feed_.readers_.erase(std::find(feed_.readers_.begin(), feed_.readers_.end(), this));
    feed_.count_.store(feed_.readers_.size(), std::memory_order_relaxed);
}

Taken Reader::take() {
    Taken taken;
    const std::scoped_lock lock(feed_.mutex_);
    std::uint64_t count = 0;
    if (!queue_.empty()) (void)!::read(waiting_.get(), &count, sizeof count);
    taken.events.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.end()));
    taken.lost = std::exchange(lost_, 0);
    queue_.clear();
    bytes_ = 0;
    return taken;
}

std::unique_ptr<Reader> Feed::subscribe(Filter filter) {
    filter.search = to_lower(filter.search);
    filter.collection = to_lower(filter.collection);
    const std::scoped_lock lock(mutex_);
    if (readers_.size() >= limits_.readers) return nullptr;
    std::unique_ptr<Reader> reader(new Reader(*this, std::move(filter)));
    if (!reader->waiting_) return nullptr;
    readers_.push_back(reader.get());
    count_.store(readers_.size(), std::memory_order_relaxed);
    return reader;
}

void Feed::put(Reader& reader, const std::string& json) const {
    if (reader.queue_.size() >= limits_.events || reader.bytes_ + json.size() > limits_.bytes) {
        ++reader.lost_;
        return;
    }
    reader.bytes_ += json.size();
    reader.queue_.push_back({std::exchange(reader.lost_, 0), json});
    const std::uint64_t one = 1;
    if (reader.queue_.size() == 1) (void)!::write(reader.waiting_.get(), &one, sizeof one);
}

void Feed::offer(const records::Record& record, std::int64_t now_s, const Writer& writer) {
    const std::scoped_lock lock(mutex_);
    std::vector<Reader*> wanting;
    wanting.reserve(readers_.size());
    std::copy_if(readers_.begin(), readers_.end(), std::back_inserter(wanting),
                 [&record](const Reader* reader) { return wants(reader->filter_, record); });
    if (std::exchange(second_, now_s) != now_s) written_ = 0;
    if (written_ >= limits_.per_second) {
        // Also to those who search: what they would have found must not be told by the number of what they lost.
        for (Reader* reader : wanting)
            ++reader->lost_;
        return;
    }
    const auto lacks = [](std::string_view target) {
        return [target](const Reader* reader) { return !contains(target, reader->filter_.search); };
    };
    std::erase_if(wanting, lacks(record.target));
    if (wanting.empty()) return;
    ++written_;
    const Written written = writer(record);
    // Who reads may search in what he may see, and not find out what was redacted.
    std::erase_if(wanting, lacks(written.target));
    for (Reader* reader : wanting)
        put(*reader, written.json);
}

}  // namespace apiarist::live
