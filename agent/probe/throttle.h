/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Nobody may take the ring away from the others. Once only RESERVE_BYTES of it are free, a cgroup may make no larger a
 * share of the present second's records than the share of the reserve that is free; a few records a second, fewer as it
 * fills, are always its own. What is withheld is counted for its cgroup.
 *
 * A signal counts for its target's cgroup, not its sender's: it is the target's history that would lack it. Until the
 * reserve is reached all this costs one look at the ring's fill.
 *
 * The counts only grow; the agent keeps in `throttles_told` what it has told of them, so that its successor goes on there.
 */
#ifndef WHODUNIT_THROTTLE_H
#define WHODUNIT_THROTTLE_H

#include "losses.h"
#include "who.h"

enum { RESERVE_BYTES = RING_BYTES / 4, FREE_RECORDS_PER_SECOND = 256, THROTTLES_MAX = 1024 };

struct throttle_key {
  __u64 cgroup;
  __u32 hierarchy;
  __u32 zero;
};

struct throttle {
  __u64 second; /* the last one with a record under pressure */
  __u64 made;   /* in that second */
  __u64 withheld;
  __u64 first; /* withheld and not told yet; while all is told, an older one */
  __u64 last;
};

struct throttle_told {
  __u64 withheld;
  __u64 last;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, THROTTLES_MAX);
  __type(key, struct throttle_key);
  __type(value, struct throttle);
} throttles SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, THROTTLES_MAX);
  __type(key, struct throttle_key);
  __type(value, struct throttle_told);
} throttles_told SEC(".maps");

/* Of all cgroups. */
struct pressure {
  __u64 second;
  __u64 made;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct pressure);
} pressure SEC(".maps");

static __always_inline struct throttle *throttle_of(const struct throttle_key *key) {
  struct throttle *throttle = bpf_map_lookup_elem(&throttles, key);
  if (throttle)
    return throttle;
  struct throttle fresh = {};
  bpf_map_update_elem(&throttles, key, &fresh, BPF_NOEXIST);
  return bpf_map_lookup_elem(&throttles, key);
}

/* The first that is not told begins what the agent tells next. */
static __always_inline void withhold(struct throttle *own, const struct throttle_key *key, __u64 at) {
  __u64 before = __sync_fetch_and_add(&own->withheld, 1);
  struct throttle_told *told = bpf_map_lookup_elem(&throttles_told, key);
  if (before == 0 || (told && told->withheld == before))
    own->first = at;
  own->last = at;
}

static __noinline bool over_share(struct task_struct *task, __u64 at, __u64 used) {
  __u32 zero = 0;
  __u64 second = at / 1000000000;
  struct who who = {};
  fill_cgroup(&who, task, 1);
  struct throttle_key key = { .cgroup = who.cgroup, .hierarchy = who.hierarchy };
  struct pressure *all = bpf_map_lookup_elem(&pressure, &zero);
  struct throttle *own = throttle_of(&key);
  /* More cgroups than there is room for: nobody is held back, and the ring's own losses count. */
  if (!all || !own)
    return 0;
  if (all->second != second) {
    all->second = second;
    all->made = 0;
  }
  if (own->second != second) {
    own->second = second;
    own->made = 0;
  }
  __sync_fetch_and_add(&all->made, 1);
  __sync_fetch_and_add(&own->made, 1);
  __u64 free = used < RING_BYTES ? RING_BYTES - used : 0;
  __u64 share = own->made * RESERVE_BYTES;
  if (share <= FREE_RECORDS_PER_SECOND * free || share <= all->made * free)
    return 0;
  withhold(own, &key, at);
  return 1;
}

static __always_inline bool is_withheld(struct task_struct *task, __u64 at) {
  __u64 used = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
  return used > RING_BYTES - RESERVE_BYTES && over_share(task, at, used);
}

#endif
