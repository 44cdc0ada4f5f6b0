// SPDX-License-Identifier: Apache-2.0
#pragma once
// Lines of a file, a pipe or standard input, until its end or until another descriptor becomes readable (a signal).

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/handles.h"
#include "base/result.h"

namespace apiarist::app {

class RecordsFile {
  public:
    static constexpr std::size_t kLongestLine = 64u << 20;  // bytes; the rest of a longer one is another line

    // "-": standard input. An error: it cannot be read, or is a directory.
    static Result<RecordsFile> open(const std::string& path);

    using Clock = std::chrono::steady_clock;
    // The next line that is not empty, without its end; lives until the next call. Nothing: the end, or `stop` is
    // readable; or, before is_over(), none came until then.
    Result<std::optional<std::string_view>> next(int stop, std::optional<Clock::time_point> until = {});
    [[nodiscard]] bool is_over() const { return ended_ || stopped_; }
    // There was something to read: next() ended for `stop`.
    [[nodiscard]] bool stopped() const { return stopped_; }
    // A file on a disk, not what another program writes.
    [[nodiscard]] bool is_regular() const { return regular_; }

  private:
    RecordsFile(Fd fd, bool regular) : fd_(std::move(fd)), regular_(regular) {}
    enum class Filled { kMore, kNoMore, kTimeOver };
    Result<Filled> fill(int stop, std::optional<Clock::time_point> until);

    Fd fd_;
    bool regular_;
    std::string buffer_;
    std::size_t at_ = 0;      // of the next line
    std::size_t looked_ = 0;  // up to where there is no end of a line
    bool ended_ = false;
    bool stopped_ = false;
};

}  // namespace apiarist::app
