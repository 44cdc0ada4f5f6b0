// SPDX-License-Identifier: Apache-2.0
#pragma once
// Records as lines of JSON in a file (mode 0600: they hold captured data) or on standard output. Written by the calling
// worker: a slow disk holds the worker up, and the kernel's rings are the queue, whose overflow is counted.

#include <atomic>
#include <cstdint>
#include <cstdio>
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
    void flush() override;
    [[nodiscard]] bool broken() const override;
    Status finish() override;

  private:
    using File = std::unique_ptr<std::FILE, Destroy<std::fclose>>;
    void fail();  // what is in the buffer may be lost
    NdjsonSink(File file, std::string path, const RecordOptions& options)
        : file_(std::move(file)), path_(std::move(path)), options_(options) {}

    mutable std::mutex mutex_;
    policy::SinkCounts counts_;  // guarded by mutex_; queued: in the buffer
    File file_;                  // guarded by mutex_
    int error_ = 0;              // guarded by mutex_: errno of the first failed write
    const std::string path_;
    const RecordOptions options_;
};

// Takes everything and keeps nothing: for measurements.
class NullSink final : public policy::Sink {
  public:
    void write(const policy::CleanTransaction&) override { taken_.fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] policy::SinkCounts counts() const override {
        policy::SinkCounts counts;
        counts.delivered = taken_.load(std::memory_order_relaxed);
        return counts;
    }
    [[nodiscard]] bool takes_unanswered() const override { return true; }
    void flush() override {}
    Status finish() override { return Done{}; }

  private:
    std::atomic<std::uint64_t> taken_{0};
};

}  // namespace apiarist::sinks
