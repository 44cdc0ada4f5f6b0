// SPDX-License-Identifier: Apache-2.0
#include "sinks/ndjson_sink.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "base/private_file.h"

namespace apiarist::sinks {

Result<std::unique_ptr<NdjsonSink>> NdjsonSink::make(const std::string& path, const RecordOptions& options) {
    Fd fd;
    if (path == "-") {
        fd = Fd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
        if (!fd) return Error::from_errno(errno, "standard output");
    } else {
        auto created = create_private_file(path);
        if (!created) return std::move(created).error().context("NDJSON file");
        fd = std::move(*created);
    }
    File file(::fdopen(fd.get(), "wb"));
    if (!file) return Error::from_errno(errno, "NDJSON file " + path);
    (void)fd.release();
    constexpr std::size_t kBuffer = 1 << 18;
    (void)std::setvbuf(file.get(), nullptr, _IOFBF, kBuffer);
    return std::unique_ptr<NdjsonSink>(new NdjsonSink(std::move(file), path, options));
}

void NdjsonSink::write(const policy::CleanTransaction& transaction) {
    static thread_local std::string line;
    line.clear();
    append_akto_record(line, transaction, options_);
    line += '\n';
    const std::scoped_lock lock(mutex_);
    ++counts_.queued;
    if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size()) fail();
}

void NdjsonSink::fail() {
    if (error_ == 0) error_ = errno;
    counts_.dropped_failed += std::exchange(counts_.queued, 0);
}

policy::SinkCounts NdjsonSink::counts() const {
    const std::scoped_lock lock(mutex_);
    return counts_;
}

void NdjsonSink::flush() {
    const std::scoped_lock lock(mutex_);
    if (counts_.queued == 0) return;
    if (std::fflush(file_.get()) != 0) return fail();
    counts_.delivered += std::exchange(counts_.queued, 0);
}

bool NdjsonSink::broken() const {
    const std::scoped_lock lock(mutex_);
    return error_ == EPIPE;
}

Status NdjsonSink::finish() {
    flush();
    const std::scoped_lock lock(mutex_);
    if (error_ != 0) return Error::from_errno(error_, "NDJSON file " + path_);
    return Done{};
}

}  // namespace apiarist::sinks
