// SPDX-License-Identifier: Apache-2.0
#include "capture/tls_findings.h"

#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

constexpr std::uint64_t kLeastForTexts = std::uint64_t{512} << 10;    // no TLS stack is smaller
constexpr std::uint64_t kMostForTexts = std::uint64_t{512} << 20;     // of one file
constexpr std::uint64_t kMostForOneLook = std::uint64_t{1024} << 20;  // of all files of a process

}  // namespace

TlsFindings::Finding& TlsFindings::finding_of(File file) {
    if (const auto found = found_.find(file); found != found_.end()) return found->second;
    if (found_.size() >= most_files_) {
        found_.erase(order_.front());
        order_.pop_front();
    }
    order_.push_back(file);
    return found_.emplace(file, Finding{.place = std::prev(order_.end())}).first->second;
}

void TlsFindings::put(File file, const events::FoundStack& stack) {
    auto& stacks = finding_of(file).stacks;
    const auto same = std::find_if(stacks.begin(), stacks.end(),
                                   [&stack](const events::FoundStack& one) { return one.stack == stack.stack; });
    if (same == stacks.end())
        stacks.push_back(stack);
    else
        *same = stack;
}

void TlsFindings::add(const ElfFile& elf, const events::FoundStack& stack) {
    const std::scoped_lock lock(mutex_);
    put({elf.device(), elf.inode()}, stack);
}

void TlsFindings::remove(File file) {
    const std::scoped_lock lock(mutex_);
    const auto found = found_.find(file);
    if (found == found_.end()) return;
    order_.erase(found->second.place);
    found_.erase(found);
}

std::vector<events::FoundStack> TlsFindings::of_file(File file) {
    const std::scoped_lock lock(mutex_);
    const auto found = found_.find(file);
    return found == found_.end() ? std::vector<events::FoundStack>() : found->second.stacks;
}

bool TlsFindings::worth_reading(std::uint64_t size) {
    return size >= kLeastForTexts && size <= kMostForTexts;
}

void TlsFindings::add_number(std::uint32_t library, const events::FoundStack& stack) {
    const std::scoped_lock lock(mutex_);
    if (numbered_.size() >= most_files_) numbered_.erase(numbered_.begin());  // the oldest
    numbered_[library] = stack;
}

std::optional<events::FoundStack> TlsFindings::by_number(std::uint32_t library) {
    const std::scoped_lock lock(mutex_);
    const auto found = numbered_.find(library);
    return found == numbered_.end() ? std::nullopt : std::optional(found->second);
}

void TlsFindings::read_texts(File file, const MappedFile& mapped, const std::stop_token& stop) {
    const auto elf = ElfFile::open(mapped.open_path, stop);
    const auto plans = elf ? tls_plans_by_texts(*elf, mapped.open_path) : std::vector<ProbePlan>();
    if (stop.stop_requested()) return;  // what was read may be half
    const std::scoped_lock lock(mutex_);
    for (const ProbePlan& plan : plans)
        put(file, {plan.stack, plan.version, mapped.path, plan.unfit});
    finding_of(file).texts_read = true;
}

std::vector<events::FoundStack> TlsFindings::stacks_of(std::uint32_t pid, ReadAllowance& allowance) {
    std::vector<events::FoundStack> out;
    std::set<File> seen;
    std::uint64_t of_this_look = std::min(allowance.bytes, kMostForOneLook);
    for (const MappedFile& mapped : mapped_files(pid)) {
        struct stat info {};
        if (::stat(mapped.open_path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
        const File file{info.st_dev, info.st_ino};
        const auto size = static_cast<std::uint64_t>(info.st_size);
        if (!seen.insert(file).second) continue;
        std::unique_lock lock(mutex_);
        auto found = found_.find(file);
        const bool known = found != found_.end() && (found->second.texts_read || !found->second.stacks.empty());
        if (!known && worth_reading(size) && size <= of_this_look && !allowance.stop.stop_requested()) {
            of_this_look -= size;
            allowance.bytes -= size;
            lock.unlock();
            read_texts(file, mapped, allowance.stop);
            lock.lock();
            found = found_.find(file);
        }
        if (found == found_.end()) continue;
        for (events::FoundStack stack : found->second.stacks) {
            stack.file = mapped.path;  // where this process has it
            out.push_back(std::move(stack));
        }
    }
    return out;
}

}  // namespace apiarist::capture
