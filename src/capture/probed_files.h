// SPDX-License-Identifier: Apache-2.0
#pragma once
// The files with probes, and when they lose them. A file that is written over loses them: the kernel keeps the
// instruction that a probe stands on and would run it in processes that have the new contents. So its writer waits
// until they are off (file_watch.h), where the file system lets him; else they go at once when he wrote, and a process
// that starts in the moment until then may meet one. Of too many files, the deleted ones go first, then those that were
// found longest ago; of deleted ones fewer may stay. One that only mount namespaces without processes had goes too: it
// would keep their file systems in use.
//
// Threads: a thread of its own watches and removes; the methods may be called from any, begin() to keep() or drop() of
// one file from one.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <latch>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/handles.h"
#include "bpf/abi.h"
#include "capture/elf_file.h"
#include "capture/file_watch.h"
#include "capture/mount_namespaces.h"
#include "capture/uprobes.h"

namespace apiarist::capture {

using FileKey = std::pair<std::uint64_t, std::uint64_t>;  // device, inode: as ElfFile tells them

// A file whose probes are off.
struct FormerFile {
    FileKey key;
    std::string name;                  // to be shown
    std::vector<ap_file_id> reported;  // as kernel programs know it
    HeldNamespaces namespaces;         // that have it; none: it stays whatever ends
    Fd place;                          // O_PATH
    bool again = false;                // it is to be judged again: it changed, or was mapped meanwhile
};

// A file in /proc/PID/maps, whose inode is not always that of stat(2).
struct ShownFile {
    std::set<FileKey> keys;
    bool any_device = false;  // its file system has several

    [[nodiscard]] bool is(std::uint64_t device, std::uint64_t inode) const;
};

// How many a process may have that may open `open_files`: each takes some, the rest of the process needs others.
[[nodiscard]] std::size_t most_probed_files(std::uint64_t open_files);

class ProbedFiles {
  public:
    using OnFormer = std::function<void(FormerFile file)>;

    // `most`: files; for a moment up to twice as many. `on_former`: from the thread of its own.
    ProbedFiles(std::size_t most, OnFormer on_former);
    ~ProbedFiles();

    // False when changes of files in place cannot be seen on this host.
    [[nodiscard]] bool watches() const { return watch_.has_value(); }
    void start();
    // Removes all probes.
    void stop();

    enum class Begun : std::uint8_t {
        kNew,
        kKnown,    // it is here already
        kWritten,  // its writer is not done: it will be told of as a former file when he is
    };
    // Before the file is read, so that a change while it is read is seen. `reported`: zero: found ahead. `namespaces`:
    // as in FormerFile.
    [[nodiscard]] Begun begin(const ElfFile& elf, const ap_file_id& reported, const HeldNamespaces& namespaces,
                              const std::string& name);
    // It has these probes now.
    void keep(const FileKey& key, std::vector<ProbeLink> links);
    // It has none.
    void drop(const FileKey& key);
    // Those that have files here.
    [[nodiscard]] HeldNamespaces namespaces();
    // The files that no other has than these, and as what mappings may show them.
    [[nodiscard]] std::map<FileKey, ShownFile> only_in(const HeldNamespaces& namespaces);
    // A process of this one has it too.
    void add(const FileKey& key, const HeldNamespace& one);
    // They are over: what no other has goes.
    void leave(const HeldNamespaces& over);

  private:
    struct File {
        FormerFile about;
        std::optional<int> watch{};
        Fd lease{};
        std::vector<ProbeLink> links{};
        bool stays = false;    // whatever namespaces are over
        bool ready = false;    // its links are all here
        bool leaving = false;  // its links are being removed
    };
    using Files = std::map<FileKey, std::list<File>::iterator>;

    void run();
    void take_leases();
    void note_changes(const FileWatch::Changes& changes);
    void choose_leaving();
    void remove_leaving();
    [[nodiscard]] std::vector<ProbeLink> links_of_leaving();
    [[nodiscard]] std::vector<FormerFile> take_leaving();
    void unwatch(File& file);
    [[nodiscard]] static bool is_left(const File& file);
    static void add_namespaces(File& file, const HeldNamespaces& namespaces);

    const std::size_t most_;
    OnFormer on_former_;
    std::optional<FileWatch> watch_;
    std::mutex removing_;  // held while links are removed
    std::mutex mutex_;
    std::list<File> order_;  // guarded by mutex_: those found first are first
    Files files_;            // guarded by mutex_
    std::latch begun_{1};
    std::thread thread_;
};

}  // namespace apiarist::capture
