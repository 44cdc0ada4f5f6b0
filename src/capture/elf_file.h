// SPDX-License-Identifier: Apache-2.0
#pragma once
// An ELF file of another process, read as data and never loaded or run. The file is hostile input: it is opened only
// when it is a regular one, every number in it is checked, what is read of it has a bound, and of its tables no more is
// held than one of names.
//
// Threads: one at a time.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/handles.h"
#include "base/result.h"

namespace apiarist::capture {

struct ElfFunction {
    std::uint64_t address = 0;  // as the file was linked
    std::uint64_t size = 0;     // bytes of code
};

struct ElfSection {
    std::uint64_t address = 0;
    std::uint64_t file_offset = 0;
    std::uint64_t size = 0;  // of its bytes in the file
};

class ElfFile {
  public:
    // An error: it cannot be opened, is no regular file, or is not 64-bit code of this machine. Once `stop` is asked
    // for, what reads much of the file ends with what it has.
    static Result<ElfFile> open(const std::string& path, std::stop_token stop = {});
    static Result<ElfFile> from(Fd fd, std::stop_token stop = {});
    [[nodiscard]] const std::stop_token& stop() const { return stop_; }

    using OnFunction = std::function<void(std::string_view name, const ElfFunction& function)>;
    // The functions that it defines: the dynamic symbols, then the others. A name may come more than once; one of 4 KiB
    // and more is none.
    void each_function(const OnFunction& on_function) const;
    // As above, of one name.
    [[nodiscard]] std::optional<ElfFunction> function(std::string_view name) const;

    [[nodiscard]] std::optional<ElfSection> section(std::string_view name) const;
    // Needs a dynamic linker, or is a shared object.
    [[nodiscard]] bool has_dynamic_symbols() const;

    // Of an address in an executable segment: what perf_event_open wants for a uprobe.
    [[nodiscard]] std::optional<std::uint64_t> code_offset(std::uint64_t address) const;
    // Of an address in any segment, of a byte that is in the file.
    [[nodiscard]] std::optional<std::uint64_t> file_offset(std::uint64_t address) const;
    // The pointer that stands at an address once the file is loaded at the addresses that it was linked for: what a
    // relative relocation puts there, else the file's bytes. Nothing when another relocation is to fill it.
    [[nodiscard]] std::optional<std::uint64_t> pointer_at(std::uint64_t address) const;

    // At most `size` bytes; fewer at the end of the file.
    [[nodiscard]] std::vector<std::byte> read(std::uint64_t offset, std::size_t size) const;
    // A function's code; nothing when it has more than 64 KiB or does not lie in an executable segment.
    [[nodiscard]] std::optional<std::vector<std::byte>> code(const ElfFunction& function) const;
    // The first place of `text` in the first 512 MiB of a section that `accept` takes, which is shown up to `longest`
    // bytes from there; empty: none.
    using Accept = std::function<bool(std::string_view found)>;
    [[nodiscard]] std::string find_text(std::string_view section, std::string_view text, std::size_t longest,
                                        const Accept& accept = {}) const;

    [[nodiscard]] std::uint64_t device() const { return device_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }  // bytes
    [[nodiscard]] std::uint64_t inode() const { return inode_; }
    [[nodiscard]] int fd() const { return fd_.get(); }
    // Of the same contents the same: device, inode, time of the last change.
    using Contents = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>;
    [[nodiscard]] Contents contents() const { return {device_, inode_, changed_s_, changed_ns_}; }
    // They are others than when it was opened.
    [[nodiscard]] bool changed() const;

  private:
    struct Segment {
        std::uint64_t address;
        std::uint64_t file_offset;
        std::uint64_t size;  // in the file
        bool executable;
    };
    struct Section {
        std::string name;
        std::uint32_t type;
        std::uint32_t link;
        std::uint64_t address;
        std::uint64_t file_offset;
        std::uint64_t size;  // as it claims
    };
    struct Allowance;  // what may be read of the tables

    ElfFile() = default;
    Status load();
    Status load_sections(std::uint64_t offset, std::uint64_t count, std::uint32_t names);
    // Its contents are a table that lies in the file and is not too large.
    [[nodiscard]] bool is_table(const Section& section) const;
    void functions_of(const Section& symbols, Allowance& allowance, const OnFunction& on_function) const;
    struct Relocation {
        bool relative;
        std::uint64_t addend;
    };
    // How many bytes there were.
    [[nodiscard]] std::size_t read_into(std::uint64_t offset, std::span<std::byte> bytes) const;
    [[nodiscard]] std::optional<Relocation> relocation_of(std::uint64_t address) const;
    [[nodiscard]] std::optional<std::uint64_t> offset_in(std::uint64_t address, bool executable) const;

    Fd fd_;
    std::stop_token stop_;
    std::vector<Segment> segments_;
    std::vector<Section> sections_;
    std::uint64_t size_ = 0;
    std::uint64_t device_ = 0;
    std::uint64_t inode_ = 0;
    std::int64_t changed_s_ = 0;  // time of the last change
    std::int64_t changed_ns_ = 0;
};

}  // namespace apiarist::capture
