/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/* Reserve and submit. Between the two stands only the copy: a task preempted there blocks the ring for all. */

static __always_inline void *ring__of(u32 number)
{
    return bpf_map_lookup_elem(&rings, &number);
}

/* Wakes the worker once when it said that it sleeps; else leaves the record for its next tick. */
static __always_inline u64 ring__wake_flags(u32 number)
{
    struct ap_ring_control *control = bpf_map_lookup_elem(&ring_controls, &number);
    if (control && control->asleep) {
        control->asleep = 0;
        return BPF_RB_FORCE_WAKEUP;
    }
    return BPF_RB_NO_WAKEUP;
}

static __always_inline void ring__header(struct ap_header *header, u16 type, u32 len)
{
    header->type = type;
    header->version = AP_ABI_VERSION;
    header->len = len;
    header->ts_ns = bpf_ktime_get_ns();
}

/* A small record built on the stack. False: no room. */
static __always_inline bool ring__send(u32 number, void *record, u32 size)
{
    void *ring = ring__of(number);
    if (!ring)
        return false;
    if (bpf_ringbuf_output(ring, record, size, ring__wake_flags(number)) == 0)
        return true;
    loss__add(AP_LOSS_RING_FULL_RECORDS, 1);
    return false;
}
