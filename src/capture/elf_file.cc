// SPDX-License-Identifier: Apache-2.0
#include "capture/elf_file.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <set>
#include <span>
#include <utility>

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
constexpr std::size_t kMostSections = 16384;
constexpr std::uint64_t kLargestFile = std::uint64_t{4} << 30;
constexpr std::uint64_t kLargestTable = std::uint64_t{512} << 20;  // of symbols, names or relocations
constexpr std::uint64_t kMostRead = std::uint64_t{1} << 30;        // of all tables of a kind
constexpr std::uint64_t kMostSearched = std::uint64_t{512} << 20;  // of a section
constexpr std::size_t kLongestName = 4096;
constexpr std::size_t kSectionNames = 1 << 20;    // bytes, of all
constexpr std::size_t kLongestSectionName = 256;  // the others are cut
constexpr std::size_t kWindow = 128 << 10;        // bytes that are read at once
constexpr std::size_t kLargestFunction = 64 << 10;

Error broken(const std::string& why) {
    return Error{std::errc::executable_format_error, why};
}

// A table that is read as a whole: in huge pages where the system gives them, since with small ones the kernel takes
// longer for the room than for the reading. Empty: there is no room.
class TableBytes {
  public:
    explicit TableBytes(std::size_t size) : mapped_(size + kHugePage) {
        void* room =
            ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (room == MAP_FAILED) return;
        room_ = room;
        void* aligned = room;
        std::size_t space = mapped_;
        if (std::align(kHugePage, size, aligned, space) == nullptr) return;
        (void)::madvise(aligned, size, MADV_HUGEPAGE);
        bytes_ = {static_cast<std::byte*>(aligned), size};
    }
    ~TableBytes() {
        if (room_ != nullptr) ::munmap(room_, mapped_);
    }
    TableBytes(const TableBytes&) = delete;
    TableBytes& operator=(const TableBytes&) = delete;

    [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }

  private:
    static constexpr std::size_t kHugePage = 2 << 20;
    std::size_t mapped_;
    void* room_ = nullptr;
    std::span<std::byte> bytes_;
};

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Those that are whole.
template <typename Record>
std::vector<Record> records_in(const std::vector<std::byte>& bytes) {
    std::vector<Record> records(bytes.size() / sizeof(Record));
    if (!records.empty()) std::memcpy(records.data(), bytes.data(), records.size() * sizeof(Record));
    return records;
}

template <typename Record>
std::optional<Record> record_at(const ElfFile& elf, std::uint64_t offset) {
    const auto records = records_in<Record>(elf.read(offset, sizeof(Record)));
    return records.empty() ? std::nullopt : std::optional(records.front());
}

// In windows, until one is not to the liking of `visit`.
template <typename Record, typename Visit>
void each_record(const ElfFile& elf, std::uint64_t offset, std::uint64_t size, const Visit& visit) {
    constexpr std::uint64_t kStep = kWindow / sizeof(Record) * sizeof(Record);
    for (std::uint64_t at = 0; at < size && !elf.stop().stop_requested(); at += kStep)
        for (const Record& one : records_in<Record>(elf.read(offset + at, std::min(kStep, size - at))))
            if (!visit(one)) return;
}

bool takes(std::uint64_t& from, std::uint64_t bytes) {
    if (bytes > from) return false;
    from -= bytes;
    return true;
}

}  // namespace

Result<ElfFile> ElfFile::open(const std::string& path, std::stop_token stop) {
    // First without opening what it is, so that neither a pipe nor a device hears of it.
    const Fd place(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat info {};
    if (!place || ::fstat(place.get(), &info) != 0) return Error::from_errno(errno, path);
    if (!S_ISREG(info.st_mode)) return broken(path + ": not a regular file");
    Fd fd(::open(fmt::format("/proc/self/fd/{}", place.get()).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd) return Error::from_errno(errno, path);
    auto file = from(std::move(fd), std::move(stop));
    if (!file) return std::move(file).error().context(path);
    return file;
}

Result<ElfFile> ElfFile::from(Fd fd, std::stop_token stop) {
    ElfFile file;
    file.fd_ = std::move(fd);
    file.stop_ = std::move(stop);
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
    // Read, not mapped: a file that shrinks meanwhile would be a SIGBUS.
    const auto header = record_at<Elf64_Ehdr>(*this, 0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return broken("not an ELF file");
    if (header->e_ident[EI_CLASS] != ELFCLASS64) return broken("32-bit; the calls of 32-bit processes are not read");
    if (header->e_ident[EI_DATA] != ELFDATA2LSB || header->e_machine != kOurMachine)
        return broken("code of another machine");
    if (header->e_phentsize == sizeof(Elf64_Phdr))
        for (const Elf64_Phdr& segment : records_in<Elf64_Phdr>(
                 read(header->e_phoff, std::min<std::size_t>(header->e_phnum, kMostSegments) * sizeof(Elf64_Phdr))))
            if (segment.p_type == PT_LOAD && segment.p_offset <= size_)
                segments_.push_back({segment.p_vaddr, segment.p_offset,
                                     std::min(segment.p_filesz, size_ - segment.p_offset),
                                     (segment.p_flags & PF_X) != 0});
    if (header->e_shoff == 0 || header->e_shentsize != sizeof(Elf64_Shdr)) return Done{};
    // Numbers that the header has no room for stand in the first section.
    const auto first = record_at<Elf64_Shdr>(*this, header->e_shoff);
    if (!first) return Done{};
    return load_sections(header->e_shoff, header->e_shnum != 0 ? header->e_shnum : first->sh_size,
                         header->e_shstrndx != SHN_XINDEX ? header->e_shstrndx : first->sh_link);
}

Status ElfFile::load_sections(std::uint64_t offset, std::uint64_t count, std::uint32_t names) {
    if (count > kMostSections) return broken("it has too many sections");
    const auto headers = records_in<Elf64_Shdr>(read(offset, static_cast<std::size_t>(count) * sizeof(Elf64_Shdr)));
    std::vector<std::byte> bytes;
    if (names < headers.size() && headers[names].sh_type == SHT_STRTAB)
        bytes = read(headers[names].sh_offset,
                     static_cast<std::size_t>(std::min<std::uint64_t>(headers[names].sh_size, kSectionNames)));
    const std::string_view texts = text_of(bytes);
    sections_.reserve(headers.size());
    for (const Elf64_Shdr& header : headers) {
        std::string_view name =
            header.sh_name < texts.size() ? texts.substr(header.sh_name, kLongestSectionName) : std::string_view();
        name = name.substr(0, name.find('\0'));
        sections_.push_back(
            {std::string(name), header.sh_type, header.sh_link, header.sh_addr, header.sh_offset, header.sh_size});
    }
    return Done{};
}

bool ElfFile::is_table(const Section& section) const {
    return section.size <= kLargestTable && section.file_offset <= size_ && section.size <= size_ - section.file_offset;
}

struct ElfFile::Allowance {
    std::uint64_t tables = kMostRead;
    std::uint64_t names = kMostRead;
};

void ElfFile::functions_of(const Section& symbols, Allowance& allowance, const OnFunction& on_function) const {
    if (symbols.link >= sections_.size() || sections_[symbols.link].type != SHT_STRTAB) return;
    const Section& texts = sections_[symbols.link];
    if (!is_table(symbols) || !is_table(texts) || !takes(allowance.tables, symbols.size + texts.size)) return;
    const TableBytes table(static_cast<std::size_t>(texts.size));
    const std::string_view names = text_of(table.bytes().first(read_into(texts.file_offset, table.bytes())));
    each_record<Elf64_Sym>(*this, symbols.file_offset, symbols.size, [&](const Elf64_Sym& one) {
        if (one.st_shndx == SHN_UNDEF || ELF64_ST_TYPE(one.st_info) != STT_FUNC || one.st_size == 0 ||
            one.st_name >= names.size())
            return true;
        const std::string_view name = names.substr(one.st_name, kLongestName);
        const auto end = name.find('\0');
        if (!takes(allowance.names, std::min(end, name.size()))) return false;
        if (end != std::string_view::npos) on_function(name.substr(0, end), {one.st_value, one.st_size});
        return true;
    });
}

void ElfFile::each_function(const OnFunction& on_function) const {
    Allowance allowance;
    std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
    for (const auto type : {std::uint32_t{SHT_DYNSYM}, std::uint32_t{SHT_SYMTAB}})
        for (const Section& section : sections_)
            if (section.type == type && seen.emplace(section.file_offset, section.size).second)
                functions_of(section, allowance, on_function);
}

std::optional<ElfFunction> ElfFile::function(std::string_view name) const {
    std::optional<ElfFunction> found;
    each_function([&](std::string_view one, const ElfFunction& function) {
        if (!found && one == name) found = function;
    });
    return found;
}

std::optional<ElfSection> ElfFile::section(std::string_view name) const {
    for (const Section& one : sections_)
        if (one.type != SHT_NOBITS && one.name == name && one.file_offset <= size_)
            return ElfSection{one.address, one.file_offset, std::min(one.size, size_ - one.file_offset)};
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

std::optional<ElfFile::Relocation> ElfFile::relocation_of(std::uint64_t address) const {
    std::optional<Relocation> found;
    std::uint64_t allowance = kMostRead;
    for (const Section& section : sections_) {
        if (section.type != SHT_RELA || !is_table(section) || !takes(allowance, section.size)) continue;
        each_record<Elf64_Rela>(*this, section.file_offset, section.size, [&](const Elf64_Rela& one) {
            if (one.r_offset != address) return true;
            found = {ELF64_R_TYPE(one.r_info) == kRelative, static_cast<std::uint64_t>(one.r_addend)};
            return false;
        });
        if (found) break;
    }
    return found;
}

std::optional<std::uint64_t> ElfFile::pointer_at(std::uint64_t address) const {
    if (const auto relocation = relocation_of(address))
        return relocation->relative ? std::optional(relocation->addend) : std::nullopt;
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
    bytes.resize(read_into(offset, bytes));
    return bytes;
}

std::size_t ElfFile::read_into(std::uint64_t offset, std::span<std::byte> bytes) const {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t n =
            ::pread(fd_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        done += static_cast<std::size_t>(n);
    }
    return done;
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
    const auto where = section(name);
    if (!where || text.empty()) return {};
    const std::uint64_t size = std::min(where->size, kMostSearched);
    for (std::uint64_t at = 0; at < size && !stop_.stop_requested(); at += kWindow) {
        const auto wanted = std::min<std::uint64_t>(kWindow + text.size() + longest, where->size - at);
        const auto bytes = read(where->file_offset + at, static_cast<std::size_t>(wanted));
        const std::string_view window = text_of(bytes);
        for (auto found = place_of(window, text, 0); found < kWindow; found = place_of(window, text, found + 1))
            if (const auto shown = window.substr(found, longest); !accept || accept(shown)) return std::string(shown);
    }
    return {};
}

}  // namespace apiarist::capture
