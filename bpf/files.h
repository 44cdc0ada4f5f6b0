/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#pragma once
/* Program files and libraries, as processes map them. */

/* A file that is mapped executable for the first time in its mount namespace: user space looks whether it holds a TLS
 * stack, and holds it as long as a namespace that has it lives. */
static __noinline int file__report(struct ap_process *process, struct file *file, u64 address, u64 length)
{
    struct inode *inode = BPF_CORE_READ(file, f_inode);
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    struct ap_file_id id = {.inode = BPF_CORE_READ(inode, i_ino),
                            .device = (u32)BPF_CORE_READ(inode, i_sb, s_dev),
                            .mounts = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum)};
    u64 which = (u64)BPF_CORE_READ(inode, i_generation) << 32 | (u32)BPF_CORE_READ(inode, i_size);
    u64 *known = bpf_map_lookup_elem(&known_files, &id);
    if (known && *known == which)
        return 0;
    void *ring = ring__of(process->ring);
    if (!ring)
        return 0;
    bpf_map_update_elem(&known_files, &id, &which, BPF_ANY); /* first: user space may forget it at once */
    struct ap_mapped *event = bpf_ringbuf_reserve(ring, sizeof(*event), 0);
    if (!event) {
        bpf_map_delete_elem(&known_files, &id);
        loss__add(AP_LOSS_RING_FULL_RECORDS, 1);
        return 0;
    }
    ring__header(&event->header, AP_EVENT_MAPPED, sizeof(*event));
    event->address = address;
    event->length = length;
    event->inode = id.inode;
    event->device = id.device;
    event->mounts = id.mounts;
    event->unused = 0;
    event->tgid = (u32)(bpf_get_current_pid_tgid() >> 32);
    const unsigned char *name = BPF_CORE_READ(file, f_path.dentry, d_name.name);
    if (bpf_probe_read_kernel_str(event->name, sizeof(event->name), name) < 0)
        event->name[0] = 0;
    bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP); /* the first request of the process may be milliseconds away */
    return 0;
}
