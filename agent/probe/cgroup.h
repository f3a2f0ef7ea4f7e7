/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which of a task's cgroups a record names. */
#ifndef WHODUNIT_CGROUP_H
#define WHODUNIT_CGROUP_H

#include "read.h"

/* More hierarchies than a version 1 host mounts: a dozen controllers, name=systemd, version 2. */
#define HIERARCHIES_MAX 16

/* Where in the sets' lists `name=systemd` was found: they all have the order of mounting. */
static __u32 systemd_position;

static __always_inline bool is_systemd(struct cgroup *cgroup) {
  struct cgroup_root *root = BPF_CORE_READ(cgroup, root);
  __u64 name = 0;
  bpf_probe_read_kernel(&name, sizeof(name), &root->name);
  return name == 0x00646d6574737973ULL; /* "systemd" */
}

static __always_inline struct list_head *next_of(struct list_head *at) {
  return BPF_CORE_READ(at, next);
}

static __always_inline struct cgroup *cgroup_at(struct list_head *at) {
  struct cgrp_cset_link *link = (void *)at - bpf_core_field_offset(struct cgrp_cset_link, cgrp_link);
  return BPF_CORE_READ(link, cgrp);
}

/*
 * The version 1 hierarchy `name=systemd` has no controller; it is only in the set's list.
 * `set` and the result are addresses: read.h.
 */
__noinline __u64 find_systemd(__u64 set) {
  __u64 version_2 = (__u64)BPF_CORE_READ((struct css_set *)set, dfl_cgrp);
  __u64 head = set + bpf_core_field_offset(struct css_set, cgrp_links);
  struct list_head *at = next_of((struct list_head *)head);
  __u32 position = systemd_position;
#pragma clang loop unroll(disable)
  for (__u32 i = 0; i < HIERARCHIES_MAX && i < position; i++)
    at = next_of(at);
  struct cgroup *cgroup = cgroup_at(at);
  if ((__u64)cgroup != version_2 && is_systemd(cgroup))
    return (__u64)cgroup;
  at = next_of((struct list_head *)head);
#pragma clang loop unroll(disable)
  for (__u32 i = 0; i < HIERARCHIES_MAX && (__u64)at != head; i++) {
    cgroup = cgroup_at(at);
    if ((__u64)cgroup != version_2 && is_systemd(cgroup)) {
      systemd_position = i;
      return (__u64)cgroup;
    }
    at = next_of(at);
  }
  return 0;
}

static __always_inline struct cgroup *controller_cgroup(struct css_set *set, __u64 controller, const bool direct) {
  struct cgroup_subsys_state **at =
    (void *)set + bpf_core_field_offset(struct css_set, subsys) + controller * sizeof(void *);
  struct cgroup_subsys_state *state = 0;
  if (direct)
    state = *at;
  else
    bpf_probe_read_kernel(&state, sizeof(state), at);
  return state ? READ(state, cgroup) : 0;
}

/* False when it is no cgroup, or a root. */
static __always_inline bool name_cgroup(struct who *who, struct cgroup *cgroup, const bool direct) {
  if (!cgroup || READ(cgroup, level) <= 0)
    return 0;
  struct kernfs_node *node = READ(cgroup, kn);
  struct cgroup_root *root = READ(cgroup, root);
  if (!node || !root)
    return 0;
  who->cgroup = READ(node, id);
  who->hierarchy = READ(root, hierarchy_id);
  return 1;
}

/* The cgroup that names service or container. proc-cgroup.ts has the same order, and why. */
static __always_inline void fill_cgroup(struct who *who, struct task_struct *task, const bool direct) {
  who->cgroup = 0;
  who->hierarchy = 0;
  who->zero = 0;
  if (!bpf_core_field_exists(task->cgroups) || !bpf_core_field_exists(((struct kernfs_node *)0)->id))
    return;
  struct css_set *set = READ(task, cgroups);
  if (!set)
    return;
  who->flags |= WHO_CGROUP;
  struct cgroup *version_2 = READ(set, dfl_cgrp);
  __u64 systemd = find_systemd((__u64)BPF_CORE_READ(task, cgroups));
  if (name_cgroup(who, (struct cgroup *)systemd, 0))
    return;
  if (name_cgroup(who, version_2, direct))
    return;
  if (bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id)) {
    __u64 memory = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
    if (name_cgroup(who, controller_cgroup(set, memory, direct), direct))
      return;
  }
  if (bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id)) {
    __u64 pids = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
    name_cgroup(who, controller_cgroup(set, pids, direct), direct);
  }
}

#endif
