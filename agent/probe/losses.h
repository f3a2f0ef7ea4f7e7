/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ring, and the count of what found no room in it. */
#ifndef WHODUNIT_LOSSES_H
#define WHODUNIT_LOSSES_H

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, RING_BYTES);
} ring SEC(".maps");

/* Mapped into the agent's memory: reading and zeroing cost no system call. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, RECORD_KINDS);
  __type(key, __u32);
  __type(value, struct loss);
} losses SEC(".maps");

static __always_inline void count_loss(__u32 kind, __u64 at) {
  struct loss *loss = bpf_map_lookup_elem(&losses, &kind);
  if (!loss)
    return;
  __sync_fetch_and_add(&loss->count, 1);
  if (!loss->first)
    loss->first = at;
  loss->last = at;
}

#endif
