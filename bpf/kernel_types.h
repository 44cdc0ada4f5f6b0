/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/*
 * The few kernel fields that are read, declared by hand. CO-RE relocates every access by name against the running
 * kernel's BTF, so neither the order nor the size of these structures matters and members of the kernel's anonymous
 * unions may stand flat here. Seen on 5.10, 6.1 and 6.18.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;
/* bpf_helper_defs.h speaks these names */
typedef u8 __u8;
typedef u16 __u16;
typedef u32 __u32;
typedef u64 __u64;
typedef s32 __s32;
typedef s64 __s64;
typedef u16 __be16;
typedef u32 __be32;
typedef u32 __wsum;

#define BPF_MAP_TYPE_HASH 1
#define BPF_MAP_TYPE_ARRAY 2
#define BPF_MAP_TYPE_PERCPU_ARRAY 6
#define BPF_MAP_TYPE_LRU_HASH 9
#define BPF_MAP_TYPE_ARRAY_OF_MAPS 12
#define BPF_MAP_TYPE_RINGBUF 27
#define BPF_ANY 0
#define BPF_NOEXIST 1
#define BPF_F_MMAPABLE (1U << 10)
#define BPF_RB_NO_WAKEUP 1
#define BPF_RB_FORCE_WAKEUP 2
#define BPF_RB_AVAIL_DATA 0

#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define TCP_FIN_WAIT1 4
#define TCP_CLOSE 7
#define TCP_LAST_ACK 9
#define SOCK_DONE_BIT 1 /* enum sock_flags: a FIN was received */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
    unsigned long r14;
    unsigned long bx;
    unsigned long r10;
    unsigned long r8;
    unsigned long ax;
    unsigned long cx;
    unsigned long dx;
    unsigned long si;
    unsigned long di;
    unsigned long orig_ax;
    unsigned long ip;
    unsigned long sp;
};
#elif defined(__TARGET_ARCH_arm64)
/* Two views of one structure: the system call needs the kernel's, uprobe arguments the user's registers. */
struct pt_regs {
    u64 regs[31];
    u64 sp;
    u64 pc;
    u64 orig_x0;
    s32 syscallno;
};
#else
#error "unsupported architecture"
#endif

struct thread_info {
    unsigned long flags;
#if defined(__TARGET_ARCH_x86)
    u32 status;
#endif
};

struct kernfs_node {
    u64 id;
    const char *name;
};

struct cgroup_subsys_state {
    struct cgroup *cgroup;
    struct cgroup_subsys_state *parent;
};

struct cgroup_root {
    s32 hierarchy_id;
};

struct cgroup {
    struct cgroup_subsys_state self;
    struct kernfs_node *kn;
    struct cgroup_root *root;
};

struct css_set {
    struct cgroup_subsys_state *subsys[1]; /* the kernel has CGROUP_SUBSYS_COUNT of them */
    struct cgroup *dfl_cgrp;
};

typedef struct {
    s32 counter;
} atomic_t;

struct signal_struct {
    atomic_t live;
};

struct super_block {
    u32 s_dev;
};

struct inode {
    u16 i_mode;
    unsigned long i_ino;
    struct super_block *i_sb;
    s64 i_size;
    u32 i_generation;
};

struct qstr {
    const unsigned char *name;
};

struct dentry {
    struct qstr d_name;
};

struct path {
    struct dentry *dentry;
};

struct file {
    struct inode *f_inode;
    void *private_data;
    struct path f_path;
};

struct fdtable {
    u32 max_fds;
    struct file **fd;
};

struct files_struct {
    struct fdtable *fdt;
};

struct mm_struct {
    struct file *exe_file;
};

struct ns_common {
    u32 inum;
};

struct mnt_namespace {
    struct ns_common ns;
};

struct nsproxy {
    struct mnt_namespace *mnt_ns;
};

struct task_struct {
    struct thread_info thread_info;
    s32 pid;
    s32 tgid;
    struct task_struct *real_parent;
    struct task_struct *group_leader;
    struct mm_struct *mm;
    struct files_struct *files;
    struct signal_struct *signal;
    struct css_set *cgroups;
    struct nsproxy *nsproxy;
    char comm[16];
};

struct in6_addr {
    u8 bytes[16];
};

struct sock_common {
    u16 skc_family;
    u16 skc_dport;
    u16 skc_num;
    u32 skc_daddr;
    u32 skc_rcv_saddr;
    unsigned long skc_flags;
    struct in6_addr skc_v6_daddr;
    struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
    struct sock_common __sk_common;
    u16 sk_protocol;
};

struct socket {
    struct sock *sk;
};

struct tcp_ulp_ops;

struct inet_connection_sock {
    const struct tcp_ulp_ops *icsk_ulp_ops;
};

struct tcp_sock {
    u32 rcv_nxt;
    u32 copied_seq;
    u32 write_seq;
    u32 snd_una;
    u64 bytes_received;
    u64 bytes_acked;
};

#pragma clang attribute pop

/* User memory: plain layouts of the system call ABI, never relocated. */
struct user_iovec {
    u64 base;
    u64 len;
};

struct user_msghdr {
    u64 name;
    u32 namelen;
    u32 pad;
    u64 iov;
    u64 iovlen;
    u64 control;
    u64 controllen;
    u32 flags;
    u32 pad2;
};

struct user_mmsghdr {
    struct user_msghdr hdr;
    u32 len;
    u32 pad;
};
