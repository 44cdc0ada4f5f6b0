/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/* A connection's life: found or made at a data call, announced when it is HTTP/1, ended with the kernel's socket. */

static __noinline int connection__end(u64 sock, struct ap_connection *conn)
{
    void *ring = ring__of(conn->ring);
    if (!ring)
        return 0;
    u64 wake = ring__wake_flags(conn->ring);
    struct ap_conn_end *end = bpf_ringbuf_reserve(ring, sizeof(*end), 0);
    if (!end) {
        loss__add(AP_LOSS_RING_FULL_RECORDS, 1);
        conn->flags |= AP_STATE_ENDED;
        return 0;
    }
    ring__header(&end->header, AP_EVENT_CONN_END, sizeof(*end));
    end->conn.sock = sock;
    end->conn.inode = conn->inode;
    end->flags = conn->shed_until_ns ? AP_END_SHED : 0;
    end->announced = conn->flags & AP_STATE_ANNOUNCED ? 1 : 0;
    end->protocol = (u8)conn->classifier.protocol;
    end->pad[0] = end->pad[1] = 0;
    end->tgid = conn->tgid;
    end->pad2 = 0;
    end->read = conn->bytes[AP_READ];
    end->write = conn->bytes[AP_WRITE];
    bpf_ringbuf_submit(end, wake);
    if (conn->flags & AP_STATE_TIED)
        bpf_map_delete_elem(&tls_memory_sockets, &sock);
    bpf_map_delete_elem(&connections, &sock);
    bpf_map_delete_elem(&marks, &sock);
    return 0;
}

static __noinline struct ap_connection *connection__of(struct ap_process *process, struct sock *sk, u64 inode)
{
    u64 sock = (u64)sk;
    struct ap_connection *conn = bpf_map_lookup_elem(&connections, &sock);
    if (conn && conn->inode == inode)
        return conn;
    if (conn) /* its end was not seen (not TCP) or found no room */
        connection__end(sock, conn);
    struct ap_connection fresh = {.inode = inode, .ring = process->ring, .tgid = (u32)(bpf_get_current_pid_tgid() >> 32)};
    fresh.flags = sock__is_plain_tcp(sk) ? AP_STATE_PLAIN_TCP : AP_STATE_COUNTED;
    bpf_map_update_elem(&connections, &sock, &fresh, BPF_ANY);
    return bpf_map_lookup_elem(&connections, &sock);
}

/* A socket may become kTLS, and so leave TCP's positions, after its handshake. Its plaintext passes the calls then, unless a library
 * that is probed gives it: then it is told once, by that. */
static __always_inline void connection__check_positions(struct ap_connection *conn, struct sock *sk)
{
    if (!(conn->flags & AP_STATE_PLAIN_TCP) || sock__is_plain_tcp(sk))
        return;
    conn->flags = (conn->flags & ~(u32)AP_STATE_PLAIN_TCP) | AP_STATE_COUNTED;
    if (conn->flags & AP_STATE_TIED)
        return;
    conn->classifier.protocol = AP_CLASS_UNKNOWN;
    conn->classifier.looks = 0;
    conn->classifier.last_direction = 0; /* the next call is a turn, whatever its direction */
}

static __always_inline u32 connection__position(struct ap_connection *conn, struct sock *sk, u32 direction, u32 size)
{
    u32 counted = conn->count[direction & 1];
    conn->count[direction & 1] = counted + size;
    return conn->flags & AP_STATE_PLAIN_TCP ? sock__position(sk, direction) - size : counted;
}

/* A PROXY header in a call of its own is all that passed before. A SYN may count as one in what was acknowledged. */
static __always_inline bool connection__only_header_before(const struct ap_classifier *c, const struct ap_conn_open *open)
{
    u64 read = open->read_before;
    u64 write = open->write_before;
    if (c->header_direction == AP_READ)
        read -= c->header;
    else
        write -= c->header;
    return c->header && !read && write <= 1;
}

/* `position`, `size`, `direction`: of the call that is under way. */
__noinline int connection_announce(u64 sock, u32 position, u32 direction, u32 size)
{
    struct sock *sk = (struct sock *)sock;
    struct ap_connection *conn = bpf_map_lookup_elem(&connections, &sock);
    if (!conn)
        return 0;
    struct ap_conn_open open = {};
    sock__endpoints(sk, &open.ends);
    open.conn.sock = sock;
    open.conn.inode = conn->inode;
    open.tgid = (u32)(bpf_get_current_pid_tgid() >> 32);
    open.flags = (conn->flags & AP_STATE_PLAIN_TCP ? 0 : AP_CONN_COUNTED) |
                 (conn->flags & AP_STATE_ANNOUNCED ? AP_CONN_RESUMED : 0) | (sock__is_ktls(sk) ? AP_CONN_KTLS : 0) |
                 (conn->classifier.protocol == AP_CLASS_HTTP2 ? AP_CONN_HTTP2 : 0);
    if (conn->flags & AP_STATE_PLAIN_TCP) {
        open.read_position = sock__position(sk, AP_READ);
        open.write_position = sock__position(sk, AP_WRITE);
        open.read_before = sock__passed(sk, AP_READ);
        open.write_before = sock__passed(sk, AP_WRITE);
    } else {
        open.read_position = conn->count[AP_READ];
        open.write_position = conn->count[AP_WRITE];
        open.read_before = open.read_position;
        open.write_before = open.write_position;
    }
    if (direction == AP_READ) {
        open.read_position = position;
        open.read_before -= size;
    } else {
        open.write_position = position;
        open.write_before -= size;
    }
    if (connection__only_header_before(&conn->classifier, &open))
        open.flags |= AP_CONN_FROM_START;
    ring__header(&open.header, AP_EVENT_CONN_OPEN, sizeof(open));
    if (!ring__send(conn->ring, &open, sizeof(open)))
        return 0;
    conn->flags |= AP_STATE_ANNOUNCED;
    return 1;
}

/* A TLS session is known whose records it carries; `from_start`: also those that passed before. */
static __always_inline void connection__explain(struct ap_connection *conn, bool from_start)
{
    if (conn->flags & AP_STATE_TIED)
        return;
    conn->classifier.protocol = AP_CLASS_TLS;
    conn->flags |= AP_STATE_TIED;
    if (!from_start)
        return;
#pragma unroll
    for (u32 direction = 0; direction < 2; direction++) {
        struct ap_byte_counts *bytes = &conn->bytes[direction];
        u64 moved = *(volatile u64 *)&bytes->opaque; /* another thread may add meanwhile; 5.10 has no exchange */
        count__add(&bytes->opaque, -moved);
        count__add(&bytes->ciphertext, moved);
    }
}

static __noinline int connection__side_end(struct ap_connection *conn, u64 sock, u32 direction, u32 position)
{
    struct ap_side_end end = {.conn = {.sock = sock, .inode = conn->inode}, .position = position};
    end.direction = direction;
    ring__header(&end.header, AP_EVENT_SIDE_END, sizeof(end));
    ring__send(conn->ring, &end, sizeof(end));
    return 0;
}
