// SPDX-License-Identifier: Apache-2.0
#include "capture/elf_function.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "base/handles.h"

namespace apiarist::capture {
namespace {

using ElfFile = std::unique_ptr<Elf, Destroy<elf_end>>;

Error broken(const std::string& path, const std::string& why) {
    return Error{std::errc::executable_format_error, path + ": " + why};
}

std::optional<GElf_Sym> find_in(Elf* elf, Elf_Scn* section, const std::string& symbol) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_entsize == 0) return std::nullopt;
    Elf_Data* data = elf_getdata(section, nullptr);
    const std::size_t entry = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
    if (data == nullptr || entry == 0) return std::nullopt;
    for (int i = 0; static_cast<std::size_t>(i) < data->d_size / entry; ++i) {
        GElf_Sym one;
        if (gelf_getsym(data, i, &one) == nullptr) return std::nullopt;
        if (one.st_shndx == SHN_UNDEF || GELF_ST_TYPE(one.st_info) != STT_FUNC || one.st_size == 0) continue;
        const char* name = elf_strptr(elf, header.sh_link, one.st_name);
        if (name != nullptr && symbol == name) return one;
    }
    return std::nullopt;
}

std::optional<GElf_Sym> find_symbol(Elf* elf, const std::string& symbol) {
    for (const GElf_Word type : {GElf_Word{SHT_DYNSYM}, GElf_Word{SHT_SYMTAB}}) {
        for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
            GElf_Shdr header;
            if (gelf_getshdr(section, &header) == nullptr || header.sh_type != type) continue;
            if (auto found = find_in(elf, section, symbol)) return found;
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> file_offset(Elf* elf, std::uint64_t address) {
    std::size_t count = 0;
    if (elf_getphdrnum(elf, &count) != 0) return std::nullopt;
    for (int i = 0; static_cast<std::size_t>(i) < count; ++i) {
        GElf_Phdr segment;
        if (gelf_getphdr(elf, i, &segment) == nullptr) return std::nullopt;
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
        if (address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
            return segment.p_offset + (address - segment.p_vaddr);
    }
    return std::nullopt;
}

}  // namespace

Result<ElfFunction> read_elf_function(const std::string& path, const std::string& symbol) {
    if (elf_version(EV_CURRENT) == EV_NONE) return broken(path, "libelf is too old");
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return Error::from_errno(errno, path);
    const ElfFile elf(elf_begin(fd.get(), ELF_C_READ, nullptr));
    if (!elf || elf_kind(elf.get()) != ELF_K_ELF || gelf_getclass(elf.get()) != ELFCLASS64)
        return broken(path, "not a 64-bit ELF file");
    const auto found = find_symbol(elf.get(), symbol);
    if (!found) return broken(path, "has no function " + symbol);
    const auto offset = file_offset(elf.get(), found->st_value);
    if (!offset) return broken(path, symbol + " lies in no executable segment");
    ElfFunction function;
    function.file_offset = *offset;
    function.code.resize(std::min<std::uint64_t>(found->st_size, kLargestFunction));
    const ssize_t n = ::pread(fd.get(), function.code.data(), function.code.size(), static_cast<off_t>(*offset));
    if (n != static_cast<ssize_t>(function.code.size()))
        return broken(path, symbol + " lies beyond the end of the file");
    return function;
}

}  // namespace apiarist::capture
