/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Signals that their target catches or ignores can come by the hundred thousand (a JVM's SIGSEGV, kill(2) in a loop).
 * The first of a second from one sender to one target goes out as a record; the others alike of that second are counted
 * in one entry, which carries the second of them as a whole record. Nothing writes to an entry once its second is
 * over: the agent (or its successor) then tells and deletes it. With no entry free, each is a record.
 */
#ifndef WHODUNIT_FLOOD_H
#define WHODUNIT_FLOOD_H

#include "who.h"

enum { FLOODS_MAX = 2048 };

struct flood_key {
  __u64 second;
  __u64 target;
  __u64 sender;
  __u32 target_tgid;
  __u32 sender_tgid;
  __u32 thread; /* 0: the group */
  __s32 signal;
  __s32 code;
  __u32 disposition;
};

struct flood {
  __u64 count; /* without the first, which is a record */
  __u64 last;
  struct signal_record second; /* size 0 until there was one */
};

_Static_assert(sizeof(struct flood_key) == 48, "flood_key");
_Static_assert(sizeof(struct flood) == 272, "flood");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, FLOODS_MAX);
  __type(key, struct flood_key);
  __type(value, struct flood);
} floods SEC(".maps");

/* Never written: what a new entry is copied from, for which the stack has no room. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct flood);
} no_flood SEC(".maps");

/* The entry that counts this signal; none for the first of its kind in its second. */
static __always_inline struct flood *flood_of(const struct flood_key *key) {
  struct flood *flood = bpf_map_lookup_elem(&floods, key);
  if (flood)
    return flood;
  __u32 zero = 0;
  struct flood *fresh = bpf_map_lookup_elem(&no_flood, &zero);
  if (fresh)
    bpf_map_update_elem(&floods, key, fresh, BPF_NOEXIST);
  return 0;
}

#endif
