/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/* Which system calls move bytes, and where their arguments stand. At the exit of a call pt_regs still holds them. */

#if defined(__TARGET_ARCH_x86)
#define SYS_read 0
#define SYS_write 1
#define SYS_mmap 9
#define SYS_readv 19
#define SYS_writev 20
#define SYS_sendfile 40
#define SYS_sendto 44
#define SYS_recvfrom 45
#define SYS_sendmsg 46
#define SYS_recvmsg 47
#define SYS_splice 275
#define SYS_recvmmsg 299
#define SYS_sendmmsg 307
#define SYS_preadv2 327
#define SYS_pwritev2 328
#define SYS_MAX 334
#define syscall__nr(regs) ((u32)(regs)->orig_ax)
#define syscall__arg0(regs) ((regs)->di)
#define syscall__arg1(regs) ((regs)->si)
#define syscall__arg2(regs) ((regs)->dx)
#define syscall__arg3(regs) ((regs)->r10)
#define syscall__arg4(regs) ((regs)->r8)
#elif defined(__TARGET_ARCH_arm64)
#define SYS_read 63
#define SYS_write 64
#define SYS_readv 65
#define SYS_writev 66
#define SYS_sendfile 71
#define SYS_splice 76
#define SYS_sendto 206
#define SYS_recvfrom 207
#define SYS_sendmsg 211
#define SYS_recvmsg 212
#define SYS_mmap 222
#define SYS_recvmmsg 243
#define SYS_sendmmsg 269
#define SYS_preadv2 286
#define SYS_pwritev2 287
#define SYS_MAX 334
#define syscall__nr(regs) ((u32)(regs)->syscallno)
#define syscall__arg0(regs) ((regs)->orig_x0)
#define syscall__arg1(regs) ((regs)->regs[1])
#define syscall__arg2(regs) ((regs)->regs[2])
#define syscall__arg3(regs) ((regs)->regs[3])
#define syscall__arg4(regs) ((regs)->regs[4])
#endif

#define MSG_OOB 1
#define MSG_PEEK 2
#define MSG_TRUNC 0x20
#define MSG_ERRQUEUE 0x2000
#define NOT_DATA (MSG_OOB | MSG_PEEK | MSG_ERRQUEUE)

#define PROT_EXEC 4
#define MAP_ANONYMOUS 0x20

/* One bit a number: the first test of the hook, the same for every process of the node. */
#define BIT_IN(word, nr) ((nr) / 64 == (word) ? 1ULL << ((nr) % 64) : 0ULL)
#define WORD(w)                                                                                                       \
    (BIT_IN(w, SYS_read) | BIT_IN(w, SYS_write) | BIT_IN(w, SYS_mmap) | BIT_IN(w, SYS_readv) | BIT_IN(w, SYS_writev) | \
     BIT_IN(w, SYS_sendfile) | BIT_IN(w, SYS_sendto) | BIT_IN(w, SYS_recvfrom) | BIT_IN(w, SYS_sendmsg) |             \
     BIT_IN(w, SYS_recvmsg) | BIT_IN(w, SYS_splice) | BIT_IN(w, SYS_recvmmsg) | BIT_IN(w, SYS_sendmmsg) |             \
     BIT_IN(w, SYS_preadv2) | BIT_IN(w, SYS_pwritev2))

static __always_inline bool syscall__moves_bytes(u32 nr)
{
    switch (nr / 64) {
    case 0:
        return WORD(0) >> (nr % 64) & 1;
    case 1:
        return WORD(1) >> (nr % 64) & 1;
    case 3:
        return WORD(3) >> (nr % 64) & 1;
    case 4:
        return WORD(4) >> (nr % 64) & 1;
    case 5:
        return WORD(5) >> (nr % 64) & 1;
    default:
        return false;
    }
}

/* The calls that move bytes, by their numbers in 32-bit processes: read, write, readv, writev, and those on sockets. */
static __always_inline bool syscall__moves_bytes_in_compat(u32 nr)
{
    if (nr == 3 || nr == 4 || nr == 145 || nr == 146)
        return true;
#if defined(__TARGET_ARCH_x86)
    return nr == 102 || (nr >= 369 && nr <= 372); /* socketcall; sendto, sendmsg, recvfrom, recvmsg */
#elif defined(__TARGET_ARCH_arm64)
    return (nr >= 289 && nr <= 292) || nr == 296 || nr == 297; /* send, sendto, recv, recvfrom; sendmsg, recvmsg */
#endif
}

/* A 32-bit call's number means another call. */
static __always_inline bool task__in_compat_call(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
    return BPF_CORE_READ(task, thread_info.status) & 2; /* TS_COMPAT */
#elif defined(__TARGET_ARCH_arm64)
    return BPF_CORE_READ(task, thread_info.flags) >> 22 & 1; /* TIF_32BIT */
#endif
}
