/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What decides about a core dump and is gone with the process: core(5). */
#ifndef WHODUNIT_CORE_H
#define WHODUNIT_CORE_H

#include "throttle.h"

enum { RLIMIT_CORE = 4, NAMES_MAX = 64, NAME_BYTES_MAX = 256 };

struct core_scratch {
  struct core_record record;
  char cwd[CWD_BYTES_MAX + NAME_BYTES_MAX];
};

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct core_scratch);
} core_scratch SEC(".maps");

/* QUIT, ILL, TRAP, ABRT, BUS, FPE, SEGV, XCPU, XFSZ, SYS: signal(7). */
#define CORE_SIGNALS (1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 11 | 1 << 24 | 1 << 25 | 1U << 31)

static __always_inline bool asks_for_core(__u32 status) {
  __u32 signal = status & 0x7f;
  return signal < 32 && (CORE_SIGNALS >> signal & 1);
}

/* The path from the working directory up to the root of its mount namespace, name by name: prepend_path(), fs/d_path.c. */
__noinline __u32 fill_cwd(__u64 address) {
  struct task_struct *task = (struct task_struct *)address;
  __u32 zero = 0;
  struct core_scratch *core = bpf_map_lookup_elem(&core_scratch, &zero);
  struct vfsmount *in = BPF_CORE_READ(task, fs, pwd.mnt);
  struct dentry *at = BPF_CORE_READ(task, fs, pwd.dentry);
  __u64 size = 0;
  if (!core || !in || !at)
    return 0;
  struct mount *mount = (void *)in - bpf_core_field_offset(struct mount, mnt);
#pragma clang loop unroll(disable)
  for (int i = 0; i < NAMES_MAX; i++) {
    struct dentry *parent = BPF_CORE_READ(at, d_parent);
    if (at == BPF_CORE_READ(mount, mnt.mnt_root) || at == parent) {
      struct mount *above = BPF_CORE_READ(mount, mnt_parent);
      if (above == mount)
        return size;
      at = BPF_CORE_READ(mount, mnt_mountpoint);
      mount = above;
      continue;
    }
    barrier_var(size);
    if (size >= CWD_BYTES_MAX)
      return 0;
    long copied = bpf_probe_read_kernel_str(core->cwd + size, NAME_BYTES_MAX, BPF_CORE_READ(at, d_name.name));
    if (copied <= 0)
      return 0;
    size += copied;
    at = parent;
  }
  return 0;
}

/* Before Linux 6.16 the mm is gone by now. */
static __always_inline __u32 dumpable_of(struct task_struct *task) {
  struct mm_struct *mm = BPF_CORE_READ(task, mm);
  unsigned long flags = ~0UL;
  if (!mm)
    return ~0U;
  if (bpf_core_field_exists(((struct mm_struct___since_6_18 *)mm)->flags))
    bpf_probe_read_kernel(&flags, sizeof(flags), &((struct mm_struct___since_6_18 *)mm)->flags);
  else if (bpf_core_field_exists(((struct mm_struct___before_6_18 *)mm)->flags))
    bpf_probe_read_kernel(&flags, sizeof(flags), &((struct mm_struct___before_6_18 *)mm)->flags);
  return flags == ~0UL ? ~0U : flags & 3;
}

static __noinline void record_core(struct task_struct *task, __u64 at, __u32 status) {
  __u32 zero = 0;
  struct core_scratch *core = bpf_map_lookup_elem(&core_scratch, &zero);
  if (!core)
    return;
  __u64 cwd_size = fill_cwd(bpf_get_current_task());
  barrier_var(cwd_size);
  if (cwd_size > CWD_BYTES_MAX)
    cwd_size = 0;
  __u64 size = sizeof(struct core_record) + cwd_size;
  /* Neither variable index is relocated by CO-RE. */
  struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);
  __u32 level = BPF_CORE_READ(pid, level);
  __s32 number = 0;
  bpf_probe_read_kernel(&number, sizeof(number),
                        (void *)pid + bpf_core_field_offset(struct pid, numbers) + level * bpf_core_type_size(struct upid));
  core->record.limit = BPF_CORE_READ(task, signal, rlim[RLIMIT_CORE].rlim_cur);
  core->record.status = status;
  core->record.pid = number;
  core->record.mount_namespace = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
  core->record.dumpable = dumpable_of(task);
  core->record.cwd_size = cwd_size;
  core->record.zero = 0;
  fill_head(&core->record.head, at, RECORD_CORE, size);
  fill_who(&core->record.head.who, task, 1);
  if (bpf_ringbuf_output(&ring, core, size, BPF_RB_NO_WAKEUP))
    count_loss(RECORD_CORE, at);
}

#endif
