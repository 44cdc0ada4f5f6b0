// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which TLS stacks were found in which files, each probed or why not: what answers "which has this process?".
//
// Threads: any. Files are other processes' and hostile; what is read of one has a bound.

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "capture/elf_file.h"
#include "capture/proc.h"
#include "events/coverage.h"

namespace apiarist::capture {

// How much of files that were not read so far may be read for their texts.
struct ReadAllowance {
    std::uint64_t bytes = 0;  // 0: what was found before is enough; what is read is taken from it
    std::stop_token stop{};   // asked for: no more is read
};

class TlsFindings {
  public:
    static constexpr std::size_t kMostFiles = 16384;

    // Of more files the one that was found longest ago is forgotten.
    explicit TlsFindings(std::size_t most_files = kMostFiles) : most_files_(most_files) {}

    // As ElfFile tells device and inode. Again: in the place of what was said of this stack in this file.
    void add(const ElfFile& elf, const events::FoundStack& stack);
    // What was said of a file: it is another one now.
    void remove(std::pair<std::uint64_t, std::uint64_t> device_and_inode);
    // What was said of a file.
    [[nodiscard]] std::vector<events::FoundStack> of_file(std::pair<std::uint64_t, std::uint64_t> device_and_inode);
    // Whether a file of this size, bytes, may have a TLS stack and is read in acceptable time.
    [[nodiscard]] static bool worth_reading(std::uint64_t size);
    // The stack that kernel programs know by this number.
    void add_number(std::uint32_t library, const events::FoundStack& stack);
    [[nodiscard]] std::optional<events::FoundStack> by_number(std::uint32_t library);
    // Of the files that a living process has mapped executable. Of one process at most 1 GiB is read.
    [[nodiscard]] std::vector<events::FoundStack> stacks_of(std::uint32_t pid, ReadAllowance& allowance);

  private:
    using File = std::pair<std::uint64_t, std::uint64_t>;  // device, inode
    struct Finding {
        std::list<File>::iterator place;  // in order_
        bool texts_read = false;
        std::vector<events::FoundStack> stacks{};
    };

    Finding& finding_of(File file);

    void put(File file, const events::FoundStack& stack);
    void read_texts(File file, const MappedFile& mapped, const std::stop_token& stop);

    const std::size_t most_files_;
    std::mutex mutex_;
    std::list<File> order_;                                 // guarded by mutex_: those found first are first
    std::map<File, Finding> found_;                         // guarded by mutex_
    std::map<std::uint32_t, events::FoundStack> numbered_;  // guarded by mutex_
};

}  // namespace apiarist::capture
