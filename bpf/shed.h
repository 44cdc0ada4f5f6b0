/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/*
 * What overload leaves out: whole exchanges, never torn ones. Whether there is overload is asked only where an exchange
 * may begin: at a call that turns into the direction of the requests and begins like a request line. Once a connection
 * is shed it stays so for a while, because the first record after each such hole can only say that it joined midway. A connection of
 * HTTP/2 is left out from its beginning to its end.
 */

#define SHED_FOR_NS 1000000000ULL

#define SHED_NO 0
#define SHED_YES 1
#define SHED_OVER 2 /* this call is the first that is copied again */

#define BUDGET_NS 1000000000ULL

/* Bytes that were copied, for the budget. Two threads that begin a second at once forget what the other has spent. */
static __always_inline void shed__spend(u32 ring, u64 bytes)
{
    if (!option_budget_bytes)
        return;
    struct ap_ring_control *control = bpf_map_lookup_elem(&ring_controls, &ring);
    if (control)
        __sync_fetch_and_add(&control->spent, bytes);
}

static __always_inline bool shed__budget_is_spent(struct ap_ring_control *control, u64 now)
{
    if (!option_budget_bytes)
        return false;
    if (now - control->second_ns >= BUDGET_NS) {
        control->second_ns = now;
        control->spent = 0;
    }
    return control->spent >= option_budget_bytes;
}

static __always_inline bool shed__overload(u32 number, u64 now)
{
    void *ring = ring__of(number);
    struct ap_ring_control *control = bpf_map_lookup_elem(&ring_controls, &number);
    if (!ring || !control)
        return false;
    if (control->shed_share && (bpf_get_prandom_u32() & 255) < control->shed_share)
        return true;
    return shed__budget_is_spent(control, now) || bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) > option_shed_waiting;
}

/* HTTP/2 remembers what was said, so that a connection of it is left out as a whole or not at all. SHED_*; `announced`: it was
 * copied so far. */
static __noinline int shed__whole(u64 *until, u32 ring, bool announced)
{
    if (*until)
        return SHED_YES;
    if (announced || !shed__overload(ring, bpf_ktime_get_ns()))
        return SHED_NO;
    *until = ~0ULL;
    loss__add(AP_LOSS_SHED, 1);
    return SHED_YES;
}

/* User space said that the connection or session is a tunnel: it has no exchanges. */
static __always_inline bool shed__is_tunnel(u64 name, u64 inode)
{
    struct ap_mark *mark = bpf_map_lookup_elem(&marks, &name);
    return mark && mark->inode == inode && mark->not_http;
}

struct shed_call {
    u64 name; /* of the connection or session, as in marks */
    u64 inode;
    u64 address;
    u32 size;
    u32 ring;
};

/* SHED_*, for a call that turned into the direction of the requests; `until`: shed_until_ns of its connection. */
static __noinline int shed__at_turn(u64 *until, const struct shed_call *call)
{
    u64 now = bpf_ktime_get_ns();
    bool shed = *until != 0;
    if (now < *until)
        return SHED_YES;
    if (shed__overload(call->ring, now) == shed)
        return shed ? SHED_YES : SHED_NO;
    if (look__class(call->address, call->size) != AP_CLASS_HTTP1 || shed__is_tunnel(call->name, call->inode))
        return shed ? SHED_YES : SHED_NO;
    if (shed) {
        *until = 0;
        return SHED_OVER;
    }
    *until = now + SHED_FOR_NS;
    loss__add(AP_LOSS_SHED, 1);
    return SHED_YES;
}
