// SPDX-License-Identifier: Apache-2.0
#include "capture/elf_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace apiarist::capture {
namespace {

constexpr unsigned kOurMachine =
#if defined(__aarch64__)
    EM_AARCH64;
constexpr unsigned kRelative = R_AARCH64_RELATIVE;
#else
    EM_X86_64;
constexpr unsigned kRelative = R_X86_64_RELATIVE;
#endif

constexpr std::size_t kMostSegments = 256;
constexpr std::size_t kMostSymbols = std::size_t{1} << 24;
constexpr std::uint64_t kLargestFile = std::uint64_t{4} << 30;
constexpr std::uint64_t kLargestTable = std::uint64_t{512} << 20;  // of symbols, names or relocations
constexpr std::size_t kLargestFunction = 64 << 10;

Error broken(const std::string& why) {
    return Error{std::errc::executable_format_error, why};
}

}  // namespace

void ElfFile::Close::operator()(Elf* elf) const {
    elf_end(elf);
}

ElfFile::ElfFile(ElfFile&&) noexcept = default;
ElfFile& ElfFile::operator=(ElfFile&&) noexcept = default;
ElfFile::~ElfFile() = default;

Result<ElfFile> ElfFile::open(const std::string& path) {
    // First without opening what it is, so that neither a pipe nor a device hears of it.
    const Fd place(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat info {};
    if (!place || ::fstat(place.get(), &info) != 0) return Error::from_errno(errno, path);
    if (!S_ISREG(info.st_mode)) return broken(path + ": not a regular file");
    Fd fd(::open(fmt::format("/proc/self/fd/{}", place.get()).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd) return Error::from_errno(errno, path);
    auto file = from(std::move(fd));
    if (!file) return std::move(file).error().context(path);
    return file;
}

Result<ElfFile> ElfFile::from(Fd fd) {
    ElfFile file;
    file.fd_ = std::move(fd);
    APIARIST_TRY(file.load());
    return file;
}

bool ElfFile::changed() const {
    struct stat info {};
    return ::fstat(fd_.get(), &info) != 0 || info.st_ctim.tv_sec != changed_s_ || info.st_ctim.tv_nsec != changed_ns_;
}

Status ElfFile::load() {
    struct stat info {};
    if (::fstat(fd_.get(), &info) != 0) return Error::from_errno(errno, "stat");
    size_ = static_cast<std::uint64_t>(info.st_size);
    device_ = info.st_dev;
    inode_ = info.st_ino;
    changed_s_ = info.st_ctim.tv_sec;
    changed_ns_ = info.st_ctim.tv_nsec;
    if (size_ > kLargestFile) return broken("too large to be a program");
    if (elf_version(EV_CURRENT) == EV_NONE) return broken("libelf is too old");
    // Read, not mapped: a file that shrinks meanwhile would be a SIGBUS.
    elf_.reset(elf_begin(fd_.get(), ELF_C_READ, nullptr));
    if (!elf_ || elf_kind(elf_.get()) != ELF_K_ELF) return broken("not an ELF file");
    GElf_Ehdr header;
    if (gelf_getehdr(elf_.get(), &header) == nullptr) return broken("not an ELF file");
    if (gelf_getclass(elf_.get()) != ELFCLASS64) return broken("32-bit; the calls of 32-bit processes are not read");
    if (header.e_machine != kOurMachine) return broken("code of another machine");
    std::size_t count = 0;
    if (elf_getphdrnum(elf_.get(), &count) != 0) return broken("no program headers");
    for (std::size_t i = 0; i < std::min(count, kMostSegments); ++i) {
        GElf_Phdr segment;
        if (gelf_getphdr(elf_.get(), static_cast<int>(i), &segment) == nullptr) break;
        if (segment.p_type != PT_LOAD || segment.p_offset > size_) continue;
        segments_.push_back({segment.p_vaddr, segment.p_offset, std::min(segment.p_filesz, size_ - segment.p_offset),
                             (segment.p_flags & PF_X) != 0});
    }
    return Done{};
}

namespace {

// The contents of a section that is in the file; null when it claims more than can be.
Elf_Data* data_of(Elf_Scn* section, const GElf_Shdr& header, std::uint64_t file_size) {
    if (header.sh_type == SHT_NOBITS || header.sh_size > kLargestTable) return nullptr;
    if (header.sh_offset > file_size || header.sh_size > file_size - header.sh_offset) return nullptr;
    return elf_getdata(section, nullptr);
}

struct Table {
    Elf_Data* entries;
    std::string_view names;
    std::size_t count;
};

std::optional<Table> symbols_of(Elf* elf, Elf_Scn* section, std::uint64_t file_size) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) return std::nullopt;
    Elf_Data* entries = data_of(section, header, file_size);
    const std::size_t entry = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
    Elf_Scn* names_section = elf_getscn(elf, header.sh_link);
    GElf_Shdr names_header;
    if (entries == nullptr || entries->d_buf == nullptr || entry == 0 || names_section == nullptr ||
        gelf_getshdr(names_section, &names_header) == nullptr || names_header.sh_type != SHT_STRTAB)
        return std::nullopt;
    const Elf_Data* names = data_of(names_section, names_header, file_size);
    if (names == nullptr || names->d_buf == nullptr) return std::nullopt;
    return Table{entries,
                 {static_cast<const char*>(names->d_buf), names->d_size},
                 std::min(entries->d_size / entry, kMostSymbols)};
}

}  // namespace

void ElfFile::each_function(const OnFunction& on_function) const {
    for (const GElf_Word type : {GElf_Word{SHT_DYNSYM}, GElf_Word{SHT_SYMTAB}}) {
        for (Elf_Scn* section = elf_nextscn(elf_.get(), nullptr); section != nullptr;
             section = elf_nextscn(elf_.get(), section)) {
            GElf_Shdr header;
            if (gelf_getshdr(section, &header) == nullptr || header.sh_type != type) continue;
            const auto table = symbols_of(elf_.get(), section, size_);
            if (!table) continue;
            const auto* symbols = static_cast<const Elf64_Sym*>(table->entries->d_buf);
            for (std::size_t i = 0; i < table->count; ++i) {
                const Elf64_Sym& one = symbols[i];
                if (one.st_shndx == SHN_UNDEF || ELF64_ST_TYPE(one.st_info) != STT_FUNC || one.st_size == 0 ||
                    one.st_name >= table->names.size())
                    continue;
                std::string_view name = table->names.substr(one.st_name);
                name = name.substr(0, std::min(name.find('\0'), name.size()));
                on_function(name, {one.st_value, one.st_size});
            }
        }
    }
}

std::optional<ElfFunction> ElfFile::function(std::string_view name) const {
    std::optional<ElfFunction> found;
    each_function([&](std::string_view one, const ElfFunction& function) {
        if (!found && one == name) found = function;
    });
    return found;
}

std::optional<ElfSection> ElfFile::section(std::string_view name) const {
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf_.get(), &names) != 0) return std::nullopt;
    for (Elf_Scn* section = elf_nextscn(elf_.get(), nullptr); section != nullptr;
         section = elf_nextscn(elf_.get(), section)) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == nullptr || header.sh_type == SHT_NOBITS) continue;
        const char* its_name = elf_strptr(elf_.get(), names, header.sh_name);
        if (its_name == nullptr || name != its_name || header.sh_offset > size_) continue;
        return ElfSection{header.sh_addr, header.sh_offset, std::min(header.sh_size, size_ - header.sh_offset)};
    }
    return std::nullopt;
}

bool ElfFile::has_dynamic_symbols() const {
    return section(".dynsym").has_value();
}

std::optional<std::uint64_t> ElfFile::offset_in(std::uint64_t address, bool executable) const {
    for (const Segment& segment : segments_)
        if ((segment.executable || !executable) && address >= segment.address &&
            address - segment.address < segment.size)
            return segment.file_offset + (address - segment.address);
    return std::nullopt;
}

std::optional<std::uint64_t> ElfFile::code_offset(std::uint64_t address) const {
    return offset_in(address, true);
}

std::optional<std::uint64_t> ElfFile::file_offset(std::uint64_t address) const {
    return offset_in(address, false);
}

std::optional<std::uint64_t> ElfFile::pointer_at(std::uint64_t address) const {
    for (Elf_Scn* section = elf_nextscn(elf_.get(), nullptr); section != nullptr;
         section = elf_nextscn(elf_.get(), section)) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_RELA) continue;
        Elf_Data* entries = data_of(section, header, size_);
        const std::size_t entry = gelf_fsize(elf_.get(), ELF_T_RELA, 1, EV_CURRENT);
        if (entries == nullptr || entry == 0) continue;
        for (std::size_t i = 0; i < std::min(entries->d_size / entry, kMostSymbols); ++i) {
            GElf_Rela one;
            if (gelf_getrela(entries, static_cast<int>(i), &one) == nullptr) break;
            if (one.r_offset != address) continue;
            if (GELF_R_TYPE(one.r_info) != kRelative) return std::nullopt;
            return static_cast<std::uint64_t>(one.r_addend);
        }
    }
    const auto offset = file_offset(address);
    const auto bytes = offset ? read(*offset, sizeof(std::uint64_t)) : std::vector<std::byte>();
    std::uint64_t pointer = 0;
    if (bytes.size() != sizeof(pointer)) return std::nullopt;
    std::memcpy(&pointer, bytes.data(), sizeof(pointer));
    return pointer;
}

std::vector<std::byte> ElfFile::read(std::uint64_t offset, std::size_t size) const {
    std::vector<std::byte> bytes;
    if (offset >= size_) return bytes;
    bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - offset)));
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t n =
            ::pread(fd_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        done += static_cast<std::size_t>(n);
    }
    bytes.resize(done);
    return bytes;
}

std::optional<std::vector<std::byte>> ElfFile::code(const ElfFunction& function) const {
    const auto offset = code_offset(function.address);
    if (!offset || function.size == 0 || function.size > kLargestFunction) return std::nullopt;
    auto bytes = read(*offset, static_cast<std::size_t>(function.size));
    if (bytes.size() != function.size) return std::nullopt;
    return bytes;
}

namespace {

// As window.find(text, from), which is slow where the first letter is frequent.
std::size_t place_of(std::string_view window, std::string_view text, std::size_t from) {
    if (from >= window.size()) return std::string_view::npos;
    const void* found = ::memmem(window.data() + from, window.size() - from, text.data(), text.size());
    return found == nullptr ? std::string_view::npos
                            : static_cast<std::size_t>(static_cast<const char*>(found) - window.data());
}

}  // namespace

std::string ElfFile::find_text(std::string_view name, std::string_view text, std::size_t longest,
                               const Accept& accept) const {
    constexpr std::size_t kWindow = 1 << 20;
    const auto where = section(name);
    if (!where || text.empty()) return {};
    for (std::uint64_t at = 0; at < where->size; at += kWindow) {
        const auto wanted = std::min<std::uint64_t>(kWindow + text.size() + longest, where->size - at);
        const auto bytes = read(where->file_offset + at, static_cast<std::size_t>(wanted));
        const std::string_view window(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        for (auto found = place_of(window, text, 0); found < kWindow; found = place_of(window, text, found + 1))
            if (const auto shown = window.substr(found, longest); !accept || accept(shown)) return std::string(shown);
    }
    return {};
}

}  // namespace apiarist::capture
