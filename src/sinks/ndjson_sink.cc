// SPDX-License-Identifier: Apache-2.0
#include "sinks/ndjson_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "base/private_file.h"

namespace apiarist::sinks {
namespace {

constexpr std::size_t kBuffer = 1 << 18;

std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace

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
    struct stat info {};
    const bool regular = ::fstat(fd.get(), &info) == 0 && S_ISREG(info.st_mode);
    return std::unique_ptr<NdjsonSink>(new NdjsonSink(std::move(fd), regular, path, options));
}

void NdjsonSink::write(const policy::CleanTransaction& transaction) {
    static thread_local std::string line;
    line.clear();
    append_akto_record(line, transaction, options_);
    line += '\n';
    const std::scoped_lock lock(mutex_);
    buffer_ += line;
    queued_.fetch_add(1);
    if (buffer_.size() >= kBuffer) write_buffer();
}

void NdjsonSink::flush() {
    const std::scoped_lock lock(mutex_);
    write_buffer();
}

// With room for PIPE_BUF bytes a write of as many does not wait, also where somebody else decides about O_NONBLOCK.
bool NdjsonSink::wait_for_room() const {
    constexpr int kLookMs = 100;
    for (;;) {
        pollfd ready{.fd = fd_.get(), .events = POLLOUT, .revents = 0};
        if (::poll(&ready, 1, kLookMs) > 0) return true;
        const std::int64_t hurry = hurry_ns_.load();
        if (hurry != 0 && now_ns() >= hurry) return false;
    }
}

void NdjsonSink::write_buffer() {
    if (buffer_.empty()) return;
    if (std::exchange(line_is_open_, false)) buffer_.insert(buffer_.begin(), '\n');
    std::size_t done = 0;
    int error = 0;
    while (done < buffer_.size() && error == 0) {
        std::size_t size = buffer_.size() - done;
        if (!regular_) {
            if (!wait_for_room()) error = ETIMEDOUT;
            size = std::min<std::size_t>(size, PIPE_BUF);
        }
        const ssize_t n = error == 0 ? ::write(fd_.get(), buffer_.data() + done, size) : 0;
        if (n > 0) done += static_cast<std::size_t>(n);
        if (n < 0 && errno != EINTR && errno != EAGAIN) error = errno;
    }
    // Lines that were written whole before a failure have arrived.
    const auto end = buffer_.begin() + static_cast<std::ptrdiff_t>(done);
    const auto lines = static_cast<std::uint64_t>(std::count(buffer_.begin(), end, '\n'));
    const std::uint64_t queued = queued_.exchange(0);
    const std::uint64_t written = error == 0 ? queued : std::min(lines, queued);
    delivered_.fetch_add(written);
    failed_.fetch_add(queued - written);
    line_is_open_ = done > 0 && done < buffer_.size() && buffer_[done - 1] != '\n';
    int none = 0;
    if (error != 0) error_.compare_exchange_strong(none, error);
    buffer_.clear();
}

policy::SinkCounts NdjsonSink::counts() const {
    policy::SinkCounts counts;
    counts.delivered = delivered_.load();
    counts.queued = queued_.load();
    counts.dropped_failed = failed_.load();
    return counts;
}

bool NdjsonSink::broken() const {
    return error_.load() == EPIPE;
}

void NdjsonSink::hurry(std::chrono::steady_clock::time_point end) {
    hurry_ns_.store(std::chrono::duration_cast<std::chrono::nanoseconds>(end.time_since_epoch()).count());
}

Status NdjsonSink::finish() {
    flush();
    if (const int error = error_.load(); error != 0) return Error::from_errno(error, "NDJSON file " + path_);
    return Done{};
}

}  // namespace apiarist::sinks
