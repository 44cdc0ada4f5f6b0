// SPDX-License-Identifier: Apache-2.0
#include "capture/probe_site.h"

#include <capstone/capstone.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

namespace apiarist::capture {
#if defined(__x86_64__)
namespace {

struct Instruction {
    std::uint64_t at = 0;
    unsigned id = 0;
    unsigned size = 0;
    std::int64_t immediate = 0;  // of a branch: its target; of sub/add rsp: the number
    bool conditional = false;
    bool branch = false;  // any jump with a known target
    bool writes_result = false;
    bool writes_argument = false;
    std::int64_t stack = 0;  // what it adds to the stack pointer
    bool stack_known = true;
};

struct Close {
    void operator()(csh* handle) const { cs_close(handle); }
};

constexpr std::size_t kMostArguments = 4;
using Registers = std::array<x86_reg, kMostArguments>;

const Registers& argument_registers(Calling calling) {
    static constexpr Registers kC{X86_REG_RDI, X86_REG_RSI, X86_REG_RDX, X86_REG_RCX};
    static constexpr Registers kGo{X86_REG_RAX, X86_REG_RBX, X86_REG_RCX, X86_REG_RDI};
    return calling == Calling::kGo ? kGo : kC;
}

bool is_register(x86_reg given, x86_reg full) {
    switch (full) {
        case X86_REG_RDI:
            return given == X86_REG_RDI || given == X86_REG_EDI || given == X86_REG_DI || given == X86_REG_DIL;
        case X86_REG_RSI:
            return given == X86_REG_RSI || given == X86_REG_ESI || given == X86_REG_SI || given == X86_REG_SIL;
        case X86_REG_RDX:
            return given == X86_REG_RDX || given == X86_REG_EDX || given == X86_REG_DX || given == X86_REG_DL ||
                   given == X86_REG_DH;
        case X86_REG_RCX:
            return given == X86_REG_RCX || given == X86_REG_ECX || given == X86_REG_CX || given == X86_REG_CL ||
                   given == X86_REG_CH;
        case X86_REG_RBX:
            return given == X86_REG_RBX || given == X86_REG_EBX || given == X86_REG_BX || given == X86_REG_BL ||
                   given == X86_REG_BH;
        case X86_REG_RAX:
            return given == X86_REG_RAX || given == X86_REG_EAX || given == X86_REG_AX || given == X86_REG_AL ||
                   given == X86_REG_AH;
        default:
            return given == full;
    }
}

void note_stack(const cs_insn& raw, Instruction& out) {
    const cs_x86& x86 = raw.detail->x86;
    const bool on_rsp = x86.op_count == 2 && x86.operands[0].type == X86_OP_REG && x86.operands[0].reg == X86_REG_RSP;
    if (raw.id == X86_INS_PUSH) {
        out.stack = -8;
    } else if (raw.id == X86_INS_POP) {
        out.stack = 8;
        out.stack_known = x86.operands[0].type == X86_OP_REG && x86.operands[0].reg != X86_REG_RSP;
    } else if (on_rsp && x86.operands[1].type == X86_OP_IMM && (raw.id == X86_INS_SUB || raw.id == X86_INS_ADD)) {
        out.stack = raw.id == X86_INS_SUB ? -x86.operands[1].imm : x86.operands[1].imm;
    }
}

Instruction describe(csh handle, const cs_insn& raw, std::span<const x86_reg> arguments) {
    Instruction out;
    out.at = raw.address;
    out.id = raw.id;
    out.size = raw.size;
    cs_regs read;
    cs_regs written;
    std::uint8_t reads = 0;
    std::uint8_t writes = 0;
    if (cs_regs_access(handle, &raw, read, &reads, written, &writes) != CS_ERR_OK) writes = 0;
    note_stack(raw, out);
    for (std::uint8_t i = 0; i < writes; ++i) {
        const auto reg = static_cast<x86_reg>(written[i]);
        out.writes_result |= is_register(reg, X86_REG_RAX);
        for (const x86_reg argument : arguments)
            out.writes_argument |= is_register(reg, argument);
        if (reg == X86_REG_RSP && out.stack == 0 && raw.id != X86_INS_CALL && raw.id != X86_INS_RET)
            out.stack_known = false;
    }
    const cs_x86& x86 = raw.detail->x86;
    if (cs_insn_group(handle, &raw, CS_GRP_JUMP) && x86.op_count == 1) {
        if (x86.operands[0].type == X86_OP_IMM) {
            out.branch = true;
            out.immediate = x86.operands[0].imm;
            out.conditional = raw.id != X86_INS_JMP;
        }
    }
    return out;
}

// Nothing when a byte does not decode, or a jump of C has no known target (a table): then nothing can be proved.
std::vector<Instruction> decode(std::span<const std::byte> code, unsigned arguments, Calling calling) {
    csh handle = 0;
    if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK) return {};
    const std::unique_ptr<csh, Close> closer(&handle);
    cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
    const std::unique_ptr<cs_insn, void (*)(cs_insn*)> raw(cs_malloc(handle), [](cs_insn* one) { cs_free(one, 1); });
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(code.data());
    std::size_t left = code.size();
    std::uint64_t address = 0;
    std::vector<Instruction> found;
    while (left > 0) {
        if (!cs_disasm_iter(handle, &bytes, &left, &address, raw.get())) return {};
        found.push_back(describe(handle, *raw, std::span(argument_registers(calling)).first(arguments)));
        const bool jumps = cs_insn_group(handle, raw.get(), CS_GRP_JUMP);
        if (jumps && !found.back().branch && calling == Calling::kC) return {};
    }
    return found;
}

// loop, jrcxz and their like are jumps that the kernel does not emulate.
bool is_emulated_conditional(const Instruction& one) {
    return one.conditional && one.id != X86_INS_LOOP && one.id != X86_INS_LOOPE && one.id != X86_INS_LOOPNE &&
           one.id != X86_INS_JRCXZ && one.id != X86_INS_JECXZ && one.id != X86_INS_JCXZ;
}

bool is_emulated_call(const Instruction& one, std::span<const std::byte> code) {
    return one.id == X86_INS_CALL && one.size == 5 && code[one.at] == std::byte{0xe8};
}

struct Site {
    std::uint64_t at = 0;
    std::int64_t stack = 0;  // of the stack pointer there, from the function's start
};

// From the start straight on: the first emulated instruction before an argument is written or the way parts.
std::optional<Site> entry_site(const std::vector<Instruction>& all, std::span<const std::byte> code, Calling calling) {
    constexpr std::size_t kFarthest = 24;
    std::int64_t stack = 0;
    for (std::size_t i = 0; i < std::min(all.size(), kFarthest); ++i) {
        const Instruction& one = all[i];
        const bool jumped_to = std::any_of(all.begin(), all.end(), [&one](const Instruction& other) {
            return other.branch && other.immediate == static_cast<std::int64_t>(one.at);
        });
        const bool begins_again = calling == Calling::kGo && i == 0;
        if (jumped_to && !begins_again) return std::nullopt;  // a loop back would pass again
        if (is_emulated_conditional(one) || is_emulated_call(one, code)) return Site{one.at, stack};
        if (one.branch || one.id == X86_INS_JMP || one.id == X86_INS_CALL || one.id == X86_INS_RET ||
            one.writes_argument || !one.stack_known)
            return std::nullopt;
        stack += one.stack;
    }
    return std::nullopt;
}

bool is_return(const Instruction& one) {
    return one.id == X86_INS_RET || one.id == X86_INS_RETF;
}

// A jump out of the function may be a return by another's.
bool jumps_out(const std::vector<Instruction>& all) {
    const auto end = static_cast<std::int64_t>(all.back().at + all.back().size);
    return std::any_of(all.begin(), all.end(), [end](const Instruction& one) {
        return one.branch && (one.immediate < 0 || one.immediate >= end);
    });
}

std::vector<std::uint64_t> return_sites(const std::vector<Instruction>& all) {
    std::vector<std::uint64_t> sites;
    if (jumps_out(all)) return sites;
    for (const Instruction& one : all)
        if (is_return(one)) sites.push_back(one.at);
    return sites;
}

// From the only return back: the last conditional jump, with nothing between that writes the result, and no way in.
std::optional<Site> result_site(const std::vector<Instruction>& all) {
    if (std::count_if(all.begin(), all.end(), is_return) != 1) return std::nullopt;
    if (jumps_out(all)) return std::nullopt;
    const auto ret = std::find_if(all.begin(), all.end(), is_return);
    std::int64_t stack = 0;
    for (auto one = std::make_reverse_iterator(ret); one != all.rend(); ++one) {
        const std::uint64_t next = one.base()->at;
        // What stands between must be reached from here alone.
        const bool entered = std::any_of(all.begin(), all.end(), [&](const Instruction& other) {
            return other.branch && other.immediate >= static_cast<std::int64_t>(next) &&
                   other.immediate <= static_cast<std::int64_t>(ret->at);
        });
        if (entered) return std::nullopt;
        if (is_emulated_conditional(*one)) return Site{one->at, -stack};
        if (one->writes_result || one->branch || one->id == X86_INS_CALL || !one->stack_known) return std::nullopt;
        stack += one->stack;
    }
    return std::nullopt;
}

}  // namespace

ProbeSites find_probe_sites(std::span<const std::byte> code, unsigned arguments, Calling calling) {
    // Those of C are wrappers of a hundred bytes.
    const std::size_t largest = calling == Calling::kGo ? 64 << 10 : 4096;
    ProbeSites sites;
    if (code.empty() || code.size() > largest || arguments > kMostArguments) return sites;
    const std::vector<Instruction> all = decode(code, arguments, calling);
    if (all.empty()) return sites;
    sites.returns = return_sites(all);
    const auto entry = entry_site(all, code, calling);
    if (!entry) return sites;
    sites.entry = entry->at;
    if (calling == Calling::kGo) return sites;
    // A frame is found again by its stack pointer: the return must not be seen below where the entry was.
    if (const auto result = result_site(all); result && result->stack >= entry->stack) sites.result = result->at;
    return sites;
}
#else
ProbeSites find_probe_sites(std::span<const std::byte> code, unsigned, Calling calling) {
    ProbeSites sites;
    if (calling != Calling::kGo) return sites;
    constexpr std::uint32_t kReturn = 0xd65f03c0;  // ret x30
    std::uint32_t instruction = 0;
    for (std::size_t at = 0; at + sizeof(instruction) <= code.size(); at += sizeof(instruction)) {
        std::memcpy(&instruction, code.data() + at, sizeof(instruction));
        if (instruction == kReturn) sites.returns.push_back(at);
    }
    return sites;
}
#endif

}  // namespace apiarist::capture
