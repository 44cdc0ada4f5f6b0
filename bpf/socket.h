/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/* From a file descriptor to the kernel's socket, and what TCP knows of positions. */

struct socket_ref {
    struct sock *sk;
    u64 inode;
};

#define SOCKET_FOUND 0
#define SOCKET_OTHER 1 /* not a socket, or not one that carries a byte stream over IP */
#define SOCKET_EMPTY 2 /* the slot was emptied while the call ran */

static __always_inline struct file *file__of(struct task_struct *task, u32 fd)
{
    struct fdtable *table = BPF_CORE_READ(task, files, fdt);
    if (fd >= BPF_CORE_READ(table, max_fds))
        return 0;
    struct file **slots = BPF_CORE_READ(table, fd);
    struct file *file = 0;
    bpf_probe_read_kernel(&file, sizeof(file), &slots[fd]);
    return file;
}

static __always_inline int socket__of(struct task_struct *task, u32 fd, struct socket_ref *out)
{
    struct file *file = file__of(task, fd);
    if (!file)
        return SOCKET_EMPTY;
    struct inode *inode = BPF_CORE_READ(file, f_inode);
    if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFSOCK)
        return SOCKET_OTHER;
    struct socket *socket = BPF_CORE_READ(file, private_data);
    struct sock *sk = BPF_CORE_READ(socket, sk);
    if (!sk)
        return SOCKET_EMPTY;
    out->sk = sk;
    out->inode = BPF_CORE_READ(inode, i_ino);
    u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
    if (family != AF_INET && family != AF_INET6)
        return SOCKET_OTHER;
    return SOCKET_FOUND;
}

static __always_inline bool sock__is_udp(struct sock *sk)
{
    return BPF_CORE_READ(sk, sk_protocol) == IPPROTO_UDP;
}

/* At either end. */
static __always_inline bool sock__has_port(struct sock *sk, u16 port)
{
    return BPF_CORE_READ(sk, __sk_common.skc_num) == port ||
           BPF_CORE_READ(sk, __sk_common.skc_dport) == __builtin_bswap16(port);
}

static __always_inline bool sock__is_plain_tcp(struct sock *sk)
{
    if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
        return false;
    return BPF_CORE_READ((struct inet_connection_sock *)sk, icsk_ulp_ops) == 0; /* kTLS writes more than the caller gave */
}

static __always_inline bool sock__is_ktls(struct sock *sk)
{
    return BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP && !sock__is_plain_tcp(sk);
}

/* A FIN that the reader has consumed, also together with the last data, counts as one in copied_seq. */
static __always_inline u32 sock__fin_read(struct sock *sk)
{
    struct tcp_sock *tcp = (struct tcp_sock *)sk;
    bool fin = BPF_CORE_READ(sk, __sk_common.skc_flags) >> SOCK_DONE_BIT & 1;
    return fin && BPF_CORE_READ(tcp, copied_seq) == BPF_CORE_READ(tcp, rcv_nxt);
}

/* One past the last byte that the application has read or written. */
static __always_inline u32 sock__position(struct sock *sk, u32 direction)
{
    struct tcp_sock *tcp = (struct tcp_sock *)sk;
    if (direction == AP_READ)
        return BPF_CORE_READ(tcp, copied_seq) - sock__fin_read(sk);
    return BPF_CORE_READ(tcp, write_seq);
}

/* Bytes of this direction before the present position. What was received but not read yet, or written but not yet
 * acknowledged, is taken into account; the SYN of the side that opened the connection counts as one. A count and the
 * sequence number that it goes with are read while segments arrive: again, if one came between. */
static __always_inline u64 sock__passed(struct sock *sk, u32 direction)
{
    struct tcp_sock *tcp = (struct tcp_sock *)sk;
    u64 count = 0;
    u32 edge = 0;
#pragma unroll
    for (u32 i = 0; i < 3; i++) {
        edge = direction == AP_READ ? BPF_CORE_READ(tcp, rcv_nxt) : BPF_CORE_READ(tcp, snd_una);
        count = direction == AP_READ ? BPF_CORE_READ(tcp, bytes_received) : BPF_CORE_READ(tcp, bytes_acked);
        if (edge == (direction == AP_READ ? BPF_CORE_READ(tcp, rcv_nxt) : BPF_CORE_READ(tcp, snd_una)))
            break;
    }
    if (direction == AP_READ)
        return count - sock__fin_read(sk) - (u32)(edge - BPF_CORE_READ(tcp, copied_seq));
    return count + (u32)(BPF_CORE_READ(tcp, write_seq) - edge);
}

static __always_inline void sock__endpoints(struct sock *sk, struct ap_endpoints *out)
{
    out->family = BPF_CORE_READ(sk, __sk_common.skc_family);
    out->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
    out->remote_port = __builtin_bswap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
    if (out->family == AF_INET) {
        BPF_CORE_READ_INTO((u32 *)out->local_address, sk, __sk_common.skc_rcv_saddr);
        BPF_CORE_READ_INTO((u32 *)out->remote_address, sk, __sk_common.skc_daddr);
    } else {
        BPF_CORE_READ_INTO((struct in6_addr *)out->local_address, sk, __sk_common.skc_v6_rcv_saddr);
        BPF_CORE_READ_INTO((struct in6_addr *)out->remote_address, sk, __sk_common.skc_v6_daddr);
    }
}
