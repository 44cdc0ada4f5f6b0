/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/*
 * From user memory into ring records: the bytes of one call, in pieces of at most COPY_PIECE.
 *
 * copy_piece() and copy_segment() are global functions: the verifier checks each once by itself instead of once per step
 * of every loop that calls it (which passes a million instructions). Kernel 5.10 lets such a function take numbers only,
 * so the piece looks the connection or session up again. The loops keep no running ranges that differ by path, for the
 * same reason.
 */

#define COPY_PIECE 32768
#define COPY_PIECES 64 /* of one buffer */
#define COPY_IOVECS 64 /* at once */
#define COPY_ROUNDS 16 /* of so many: UIO_MAXIOV of them in all */

/* What stays the same for all pieces of a call, in one number: descriptor, or of TLS the goroutine, AP_DATA_* flags,
 * direction, is it TLS. */
#define COPY_WRITE (1ULL << 48)
#define COPY_TLS (1ULL << 49)
#define COPY_COUNT_SHIFT 52 /* from there on a number of iovecs */
#define COPY_FLAGS(flags) ((u64)(flags) << 32)

struct copy_target {
    struct ap_conn_id conn;
    u64 session;
    struct ap_byte_counts *bytes;
    u32 ring;
    u32 pad;
};

static __always_inline bool copy__target(u64 key, u64 meta, struct copy_target *out)
{
    u32 direction = meta & COPY_WRITE ? AP_WRITE : AP_READ;
    if (meta & COPY_TLS) {
        struct ap_tls_key tls_key = {.ssl = key, .tgid = bpf_get_current_pid_tgid() >> 32};
        struct ap_tls_session *session = bpf_map_lookup_elem(&tls_sessions, &tls_key);
        if (!session)
            return false;
        out->conn = session->conn;
        out->session = session->id;
        out->bytes = &session->bytes[direction];
        out->ring = session->ring;
        return true;
    }
    struct ap_connection *conn = bpf_map_lookup_elem(&connections, &key);
    if (!conn)
        return false;
    out->conn.sock = key;
    out->conn.inode = conn->inode;
    out->session = 0;
    out->bytes = &conn->bytes[direction];
    out->ring = conn->ring;
    return true;
}

static __always_inline void copy__fill(struct ap_data *record, const struct copy_target *to, u64 position, u64 meta,
                                       u32 size, u32 captured, u32 flags)
{
    u64 id = bpf_get_current_pid_tgid();
    ring__header(&record->header, AP_EVENT_DATA, sizeof(*record) + captured);
    record->conn.sock = to->conn.sock;
    record->conn.inode = to->conn.inode;
    record->session = to->session;
    record->position = position;
    record->size = size;
    record->captured = captured;
    record->lost = (u32)to->bytes->lost;
    record->tgid = (u32)(id >> 32);
    record->tid = meta & COPY_TLS && (u32)meta ? (u32)meta : (u32)id;
    record->fd = meta & COPY_TLS ? 0 : (u32)meta;
    record->direction = meta & COPY_WRITE ? AP_WRITE : AP_READ;
    record->pad[0] = record->pad[1] = record->pad[2] = 0;
    record->flags = (u32)(meta >> 32 & 0xff) | flags;
}

/* One piece in a record of a fixed room, because reserve wants a constant. */
static __always_inline void copy__into(const struct copy_target *to, void *ring, u64 position, u64 meta, u64 address,
                                       u32 size, const u32 room)
{
    u64 wake = ring__wake_flags(to->ring);
    struct ap_data *record = bpf_ringbuf_reserve(ring, sizeof(*record) + room, 0);
    if (!record) {
        loss__add(AP_LOSS_RING_FULL_RECORDS, 1);
        loss__add(AP_LOSS_RING_FULL_BYTES, size);
        count__add(&to->bytes->lost, size);
        return;
    }
    long failed = 0;
    u32 captured = 0;
    if (room && size <= room) {
        failed = bpf_probe_read_user(record + 1, size, (void *)address);
        captured = failed ? 0 : size;
    }
    copy__fill(record, to, position, meta, size, captured, failed ? AP_DATA_FAULT : 0);
    bpf_ringbuf_submit(record, wake);
    count__add(&to->bytes->copied, size);
    if (captured) /* clang makes an atomic OR of an addition of 0, which 5.10 refuses */
        shed__spend(to->ring, captured);
    if (failed)
        loss__add(AP_LOSS_COPY_FAULT_BYTES, size);
}

/* How many bytes at the front of a piece user space does not need, by its mark on the connection or session. */
static __always_inline u32 copy__unneeded(const struct copy_target *to, u64 key, u64 position, u64 meta, u32 size)
{
    u64 name = to->session ? to->session : key;
    struct ap_mark *mark = bpf_map_lookup_elem(&marks, &name);
    if (!mark || (!to->session && mark->inode != to->conn.inode))
        return 0;
    if (mark->not_http) {
        count__add(&to->bytes->not_http, size);
        return size;
    }
    u32 direction = meta & COPY_WRITE ? AP_WRITE : AP_READ;
    if (!mark->skipping[direction])
        return 0;
    s64 ahead = (s64)(mark->skip_until[direction] - position);
    if (!to->session) /* TCP's positions wrap at 32 bits */
        ahead = (s32)((u32)mark->skip_until[direction] - (u32)position);
    if (ahead <= 0)
        return 0;
    u32 skip = ahead < size ? (u32)ahead : size;
    count__add(&to->bytes->skipped, skip);
    return skip;
}

/* `size`: of more than COPY_PIECE the first bytes, or any length when the flags in `meta` say that there are none. It is cut here and
 * not by the callers, whose loops the verifier would follow in two states each time. */
__noinline int copy_piece(u64 key, u64 address, u64 position, u64 meta, u32 size)
{
    struct copy_target to = {};
    if (size > COPY_PIECE && !(meta & COPY_FLAGS(AP_DATA_NOT_SEEN | AP_DATA_SKIPPED)))
        size = COPY_PIECE;
    if (!copy__target(key, meta, &to))
        return 0;
    void *ring = ring__of(to.ring);
    if (!ring)
        return 0;
    u32 unneeded = copy__unneeded(&to, key, position, meta, size);
    address += unneeded;
    position += unneeded;
    size -= unneeded;
    if (!size)
        return 0;
    if (meta & COPY_FLAGS(AP_DATA_NOT_SEEN | AP_DATA_SKIPPED))
        copy__into(&to, ring, position, meta, 0, size, 0);
    else if (size <= 512)
        copy__into(&to, ring, position, meta, address, size, 512);
    else if (size <= 2048)
        copy__into(&to, ring, position, meta, address, size, 2048);
    else if (size <= 8192)
        copy__into(&to, ring, position, meta, address, size, 8192);
    else if (size <= 16384)
        copy__into(&to, ring, position, meta, address, size, 16384);
    else if (size <= COPY_PIECE)
        copy__into(&to, ring, position, meta, address, size, COPY_PIECE);
    return 0;
}

static __always_inline void copy__pieces(u64 key, u64 address, u64 position, u64 meta, u32 size)
{
    for (u32 i = 0; i < COPY_PIECES; i++) {
        u32 done = i * COPY_PIECE;
        if (done >= size)
            return;
        copy_piece(key, address + done, position + done, meta, size - done);
        meta &= ~COPY_FLAGS(AP_DATA_CALL_START);
    }
    if (size > COPY_PIECES * COPY_PIECE) {
        u32 done = COPY_PIECES * COPY_PIECE;
        copy_piece(key, 0, position + done, meta | COPY_FLAGS(AP_DATA_SKIPPED), size - done);
    }
}

/* One buffer of a call. */
__noinline int copy_segment(u64 key, u64 address, u64 position, u64 meta, u32 size)
{
    copy__pieces(key, address, position, meta, size);
    return 0;
}

/* The buffer of an iovec that stands at `iov` in user memory, `left` bytes at most: how many it holds; -1: it cannot be read. */
__noinline int copy_iovec(u64 key, u64 iov, u64 position, u64 meta, u32 left)
{
    struct user_iovec iovec = {};
    if (bpf_probe_read_user(&iovec, sizeof(iovec), (void *)iov))
        return -1;
    u32 size = iovec.len < left ? (u32)iovec.len : left;
    copy__pieces(key, iovec.base, position, meta, size);
    return (int)size;
}

/* The first COPY_IOVECS buffers, at most, of an array of iovecs: `left` bytes at most. How many bytes are left then. A global
 * function as those above; the number of iovecs stands in `meta`, for want of a sixth argument. It keeps no more than fits into 32
 * bytes of stack: the chain of calls is deep. */
__noinline int copy_iovecs(u64 key, u64 iov, u64 position, u64 meta, u32 left)
{
    for (u32 i = 0; i < COPY_IOVECS; i++) {
        if (!left || i >= meta >> COPY_COUNT_SHIFT)
            break;
        u32 size = (u32)copy_iovec(key, iov, position, meta, left);
        if (size > left)
            break;
        meta &= ~COPY_FLAGS(AP_DATA_CALL_START); /* behind an empty buffer too: a branch would double what the verifier looks at */
        iov += sizeof(struct user_iovec);
        position += size;
        left -= size;
    }
    return (int)left;
}

/* Buffers of a call, all that a call may have. */
static __always_inline int copy__iovecs(u64 key, u64 iov, u64 count, u64 position, u64 meta, u32 size)
{
    u32 left = size;
    for (u32 i = 0; i < COPY_ROUNDS; i++) {
        if (!left || !count)
            break;
        u64 now = count < COPY_IOVECS ? count : COPY_IOVECS;
        u32 rest = (u32)copy_iovecs(key, iov, position, meta | now << COPY_COUNT_SHIFT, left);
        if (rest >= left) /* buffers that cannot be read */
            break;
        meta &= ~COPY_FLAGS(AP_DATA_CALL_START);
        iov += now * sizeof(struct user_iovec);
        count -= now;
        position += left - rest;
        left = rest;
    }
    if (left)
        copy_piece(key, 0, position, meta | COPY_FLAGS(AP_DATA_SKIPPED), left);
    return 0;
}

#define COPY_MESSAGES 32

static __always_inline u32 message__len(u64 message)
{
    u32 len = 0;
    bpf_probe_read_user(&len, sizeof(len), (void *)(message + __builtin_offsetof(struct user_mmsghdr, len)));
    return len;
}

/* The buffers of one message of recvmmsg or sendmmsg, COPY_IOVECS of them; a global function as those above. */
__noinline int copy_message(u64 key, u64 message, u64 position, u64 meta, u32 size)
{
    u64 iov_and_count[2] = {};
    bpf_probe_read_user(iov_and_count, sizeof(iov_and_count), (void *)(message + __builtin_offsetof(struct user_msghdr, iov)));
    u64 count = iov_and_count[1] < COPY_IOVECS ? iov_and_count[1] : COPY_IOVECS;
    u32 left = (u32)copy_iovecs(key, iov_and_count[0], position, meta | count << COPY_COUNT_SHIFT, size);
    if (left && left <= size)
        copy_piece(key, 0, position + (size - left), meta | COPY_FLAGS(AP_DATA_SKIPPED), left);
    return 0;
}

/* Bytes of a call with many messages; of one larger than the limit per call only the length. Their number. */
static __always_inline u32 copy__messages(u64 key, u64 position, u64 meta, u64 messages, u32 count)
{
    u32 total = 0;
    for (u32 i = 0; i < COPY_MESSAGES; i++) {
        u64 message = messages + (u64)i * sizeof(struct user_mmsghdr);
        if (i >= count)
            break;
        u32 size = message__len(message);
        if (size > option_call_bytes)
            copy_piece(key, 0, position + total, meta | COPY_FLAGS(AP_DATA_SKIPPED), size);
        else if (size)
            copy_message(key, message, position + total, meta, size);
        total += size;
    }
    return total;
}

struct buffers {
    u64 iov;   /* user address of an iovec array; 0: one buffer */
    u64 count; /* of iovecs */
    u64 base;  /* the one buffer */
};

/* The bytes of a call that returned, as far as the limit per call goes; then the rest as a length. */
static __always_inline int copy__call(u64 key, u64 position, u64 meta, const struct buffers *from, u32 total)
{
    u32 size = total < option_call_bytes ? total : option_call_bytes;
    if (meta & COPY_FLAGS(AP_DATA_NOT_SEEN))
        return copy_piece(key, 0, position, meta, total);
    if (from->iov)
        copy__iovecs(key, from->iov, from->count, position, meta, size);
    else
        copy_segment(key, from->base, position, meta, size);
    if (size < total)
        copy_piece(key, 0, position + size, COPY_FLAGS(AP_DATA_SKIPPED) | (meta & ~COPY_FLAGS(AP_DATA_CALL_START)),
                   total - size);
    return 0;
}
