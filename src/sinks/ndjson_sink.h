// SPDX-License-Identifier: Apache-2.0
#pragma once
// Records as lines of JSON in a file (mode 0600: they hold captured data) or on standard output. Written by the calling
// worker: a slow disk or reader holds the worker up, and the kernel's rings are the queue, which sheds when it is full.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "base/handles.h"
#include "base/result.h"
#include "policy/sink.h"
#include "sinks/akto_record.h"

namespace apiarist::sinks {

class NdjsonSink final : public policy::Sink {
  public:
    // `path`: "-" is standard output.
    static Result<std::unique_ptr<NdjsonSink>> make(const std::string& path, const RecordOptions& options);

    void write(const policy::CleanTransaction& transaction) override;
    [[nodiscard]] policy::SinkCounts counts() const override;
    [[nodiscard]] bool takes_unanswered() const override { return true; }
    [[nodiscard]] bool takes_unidentified() const override { return true; }
    void flush() override;
    [[nodiscard]] bool broken() const override;
    void hurry(std::chrono::steady_clock::time_point end) override;
    Status finish() override;

  private:
    NdjsonSink(Fd fd, bool regular, std::string path, const RecordOptions& options)
        : fd_(std::move(fd)), regular_(regular), path_(std::move(path)), options_(options) {}
    void write_buffer();
    // False: the reader took nothing until the end that hurry() set.
    [[nodiscard]] bool wait_for_room() const;

    std::mutex mutex_;           // held while a reader is waited for: what others ask for is atomic
    std::string buffer_;         // guarded by mutex_: whole lines
    bool line_is_open_ = false;  // guarded by mutex_: a write failed inside a line
    const Fd fd_;
    const bool regular_;  // a file: always takes what is written
    const std::string path_;
    const RecordOptions options_;
    std::atomic<std::uint64_t> queued_{0};  // in the buffer
    std::atomic<std::uint64_t> delivered_{0};
    std::atomic<std::uint64_t> failed_{0};
    std::atomic<int> error_{0};              // errno of the first failed write
    std::atomic<std::int64_t> hurry_ns_{0};  // steady clock; 0: no hurry
};

// Takes everything and keeps nothing: for measurements, or in the place of a sink that was asked for and cannot be.
class NullSink final : public policy::Sink {
  public:
    enum class Counts : std::uint8_t { kDelivered, kDropped };
    explicit NullSink(Counts as = Counts::kDelivered) : as_(as) {}

    void write(const policy::CleanTransaction&) override { taken_.fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] policy::SinkCounts counts() const override {
        policy::SinkCounts counts;
        auto& count = as_ == Counts::kDelivered ? counts.delivered : counts.dropped_failed;
        count = taken_.load(std::memory_order_relaxed);
        return counts;
    }
    [[nodiscard]] bool takes_unanswered() const override { return true; }
    [[nodiscard]] bool takes_unidentified() const override { return true; }
    void flush() override {}
    Status finish() override { return Done{}; }

  private:
    const Counts as_;
    std::atomic<std::uint64_t> taken_{0};
};

}  // namespace apiarist::sinks
