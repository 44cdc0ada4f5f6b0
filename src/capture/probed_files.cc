// SPDX-License-Identifier: Apache-2.0
#include "capture/probed_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <iterator>

namespace apiarist::capture {
namespace {

constexpr unsigned kMinorBits = 20;          // of the kernel's numbers of devices
constexpr std::size_t kMostReported = 4096;  // by as many mount namespaces, and an overlay shows one file as several

// Or never had a name, as a program in memory, which its maker may keep open to write.
bool is_deleted(const Fd& place) {
    struct stat info {};
    return place && ::fstat(place.get(), &info) == 0 && info.st_nlink == 0;
}

void add_reported(FormerFile& file, const ap_file_id& id) {
    const auto same = [&id](const ap_file_id& one) {
        return one.inode == id.inode && one.device == id.device && one.mounts == id.mounts;
    };
    if (id.inode == 0 || file.reported.size() >= kMostReported ||
        std::any_of(file.reported.begin(), file.reported.end(), same))
        return;
    file.reported.push_back(id);
}

}  // namespace

std::size_t most_probed_files(std::uint64_t open_files) {
    constexpr std::uint64_t kMost = 512;
    constexpr std::uint64_t kLeast = 8;      // the libraries in the usual places
    constexpr std::uint64_t kReserve = 512;  // maps, programs, rings, sockets, files that are read
    constexpr std::uint64_t kOfOne = 24;     // twelve: links, watch, lease; for a moment there are twice as many files
    return static_cast<std::size_t>(std::clamp((open_files - std::min(open_files, kReserve)) / kOfOne, kLeast, kMost));
}

ProbedFiles::ProbedFiles(std::size_t most, OnFormer on_former) : most_(most), on_former_(std::move(on_former)) {
    if (auto watch = FileWatch::make()) watch_.emplace(std::move(*watch));
}

ProbedFiles::~ProbedFiles() {
    stop();
}

void ProbedFiles::start() {
    if (!watch_) return;
    thread_ = std::thread([this] { run(); });
    begun_.wait();
}

void ProbedFiles::stop() {
    if (watch_) watch_->stop();
    if (thread_.joinable()) thread_.join();
    std::vector<ProbeLink> links;
    std::list<File> files;  // they hold writers back until the probes are off
    {
        const std::scoped_lock lock(mutex_);
        files_.clear();
        files.swap(order_);
    }
    for (File& file : files)
        std::move(file.links.begin(), file.links.end(), std::back_inserter(links));
    Uprobes::remove(std::move(links));
}

void ProbedFiles::run() {
    watch_->begin();
    take_leases();
    begun_.count_down();
    while (const auto changes = watch_->wait()) {
        note_changes(*changes);
        choose_leaving();
        remove_leaving();
    }
}

// Of the files that were begun before there was a thread to wait for their writers; who writes now is seen by the
// watch.
void ProbedFiles::take_leases() {
    const std::scoped_lock lock(mutex_);
    for (File& file : order_)
        file.lease = watch_->lease(file.about.place.get()).fd;
}

ProbedFiles::Begun ProbedFiles::begin(const ElfFile& elf, const ap_file_id& reported, const HeldNamespaces& namespaces,
                                      const std::string& name) {
    const FileKey key{elf.device(), elf.inode()};
    bool too_many = false;
    bool written = false;
    {
        const std::scoped_lock lock(mutex_);
        if (const auto found = files_.find(key); found != files_.end()) {
            add_reported(found->second->about, reported);
            add_namespaces(*found->second, namespaces);
            found->second->about.again |= found->second->leaving;
            return Begun::kKnown;
        }
        const std::string itself = fmt::format("/proc/self/fd/{}", elf.fd());
        File& file = order_.emplace_back();
        file.about = {.key = key,
                      .name = name,
                      .reported = {},
                      .namespaces = {},
                      .place = Fd(::open(itself.c_str(), O_PATH | O_CLOEXEC))};
        add_reported(file.about, reported);
        add_namespaces(file, namespaces);
        if (watch_) file.watch = watch_->add(elf.fd());
        if (file.watch) {
            auto lease = watch_->lease(elf.fd());
            file.lease = std::move(lease.fd);
            written = lease.written && !is_deleted(file.about.place);
        }
        file.ready = written;  // with no probes, until its watch tells of it
        files_.emplace(key, std::prev(order_.end()));
        too_many = files_.size() > 2 * most_;
    }
    if (too_many) {  // they come faster than the thread can remove them
        choose_leaving();
        remove_leaving();
    }
    return written ? Begun::kWritten : Begun::kNew;
}

void ProbedFiles::keep(const FileKey& key, std::vector<ProbeLink> links) {
    {
        const std::scoped_lock lock(mutex_);
        const auto found = files_.find(key);
        if (found == files_.end()) return;
        File& file = *found->second;
        file.links = std::move(links);
        file.ready = true;
        file.leaving |= file.about.again || is_left(file);  // it changed meanwhile, or whoever had it is gone
    }
    if (watch_) watch_->wake();
}

void ProbedFiles::drop(const FileKey& key) {
    const std::scoped_lock lock(mutex_);
    const auto found = files_.find(key);
    if (found == files_.end()) return;
    unwatch(*found->second);
    order_.erase(found->second);
    files_.erase(found);
}

// Of a namespace that is here already, the later time: whoever came until then is in it.
void ProbedFiles::add_namespaces(File& file, const HeldNamespaces& namespaces) {
    HeldNamespaces& known = file.about.namespaces;
    for (const HeldNamespace& one : namespaces) {
        std::erase_if(known, [&one](const HeldNamespace& old) { return old.number == one.number; });
        known.insert(one);
    }
    file.stays |= namespaces.empty() || known.size() > kMostReported;
    if (file.stays) known.clear();
}

bool ProbedFiles::is_left(const File& file) {
    return !file.stays && file.about.namespaces.empty();
}

HeldNamespaces ProbedFiles::namespaces() {
    HeldNamespaces all;
    const std::scoped_lock lock(mutex_);
    for (const File& file : order_)
        all.insert(file.about.namespaces.begin(), file.about.namespaces.end());
    return all;
}

bool ShownFile::is(std::uint64_t device, std::uint64_t inode) const {
    return std::any_of(keys.begin(), keys.end(),
                       [&](const FileKey& key) { return key.second == inode && (any_device || key.first == device); });
}

std::map<FileKey, ShownFile> ProbedFiles::only_in(const HeldNamespaces& namespaces) {
    std::map<FileKey, ShownFile> found;
    const std::scoped_lock lock(mutex_);
    for (const File& file : order_) {
        const HeldNamespaces& has = file.about.namespaces;
        if (file.stays || !std::includes(namespaces.begin(), namespaces.end(), has.begin(), has.end())) continue;
        ShownFile& shown = found[file.about.key];
        shown.keys.insert(file.about.key);
        for (const ap_file_id& id : file.about.reported) {
            const auto device = makedev(id.device >> kMinorBits, id.device & ((1U << kMinorBits) - 1));
            shown.keys.emplace(device, id.inode);
            shown.any_device |= device != file.about.key.first;
        }
    }
    return found;
}

void ProbedFiles::add(const FileKey& key, const HeldNamespace& one) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = files_.find(key); found != files_.end()) add_namespaces(*found->second, {one});
}

void ProbedFiles::leave(const HeldNamespaces& over) {
    bool some = false;
    {
        const std::scoped_lock lock(mutex_);
        for (File& file : order_) {
            std::erase_if(file.about.namespaces, [&over](const HeldNamespace& one) { return over.contains(one); });
            if (!file.ready || !is_left(file)) continue;
            file.leaving = some = true;
        }
    }
    if (some && watch_) watch_->wake();
}

void ProbedFiles::unwatch(File& file) {
    if (watch_ && file.watch) watch_->remove(*file.watch);
    file.watch.reset();
}

void ProbedFiles::note_changes(const FileWatch::Changes& changes) {
    const std::scoped_lock lock(mutex_);
    const std::vector<int>& watches = changes.watches;
    for (File& file : order_) {
        const bool changed = file.watch && std::find(watches.begin(), watches.end(), *file.watch) != watches.end();
        if (!changed && !(changes.writers && FileWatch::is_waited_for(file.lease))) continue;
        if (changed) file.watch.reset();
        file.about.again = true;
        file.leaving = file.ready;
    }
}

// Deleted ones may be in use for long, but what they hold of a disk is to be had back.
void ProbedFiles::choose_leaving() {
    const std::scoped_lock lock(mutex_);
    std::vector<File*> staying;
    std::vector<File*> deleted;
    for (File& file : order_)
        if (file.ready && !file.leaving) (is_deleted(file.about.place) ? deleted : staying).push_back(&file);
    const std::size_t most_deleted = std::min(most_ / 8, most_ - std::min(most_, staying.size()));
    const auto leave = [](const std::vector<File*>& files, std::size_t most) {
        for (std::size_t i = 0; i + most < files.size(); ++i)
            files[i]->leaving = true;
    };
    leave(deleted, most_deleted);
    leave(staying, most_);
}

std::vector<ProbeLink> ProbedFiles::links_of_leaving() {
    std::vector<ProbeLink> links;
    const std::scoped_lock lock(mutex_);
    for (File& file : order_)
        if (file.leaving) {
            unwatch(file);
            std::move(file.links.begin(), file.links.end(), std::back_inserter(links));
            file.links.clear();
        }
    return links;
}

std::vector<FormerFile> ProbedFiles::take_leaving() {
    std::vector<FormerFile> former;
    const std::scoped_lock lock(mutex_);
    for (auto file = order_.begin(); file != order_.end();) {
        if (!file->leaving || !file->links.empty()) {
            ++file;
            continue;
        }
        files_.erase(file->about.key);
        if (is_left(*file)) file->about.again = false;  // nobody has it, whatever it is now
        former.push_back(std::move(file->about));
        file = order_.erase(file);
    }
    return former;
}

// A file is here until its probes are off: a probe that is set before that would share what the kernel saved of it.
void ProbedFiles::remove_leaving() {
    std::vector<FormerFile> former;
    {
        const std::scoped_lock removing(removing_);
        Uprobes::remove(links_of_leaving());
        former = take_leaving();
    }
    for (FormerFile& file : former)
        on_former_(std::move(file));
}

}  // namespace apiarist::capture
