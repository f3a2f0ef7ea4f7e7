/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who a record speaks of, and the head of every record. */
#ifndef WHODUNIT_WHO_H
#define WHODUNIT_WHO_H

#include "cgroup.h"

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */

static __always_inline __u64 start_of(struct task_struct *leader, const bool direct) {
  if (bpf_core_field_exists(leader->start_boottime))
    return READ(leader, start_boottime);
  return READ((struct task_struct___before_5_5 *)leader, real_start_time);
}

static __always_inline void fill_who(struct who *who, struct task_struct *task, const bool direct) {
  struct task_struct *leader = READ(task, group_leader);
  struct task_struct *real_parent = READ(leader, real_parent);
  struct task_struct *parent = READ(real_parent, group_leader);
  struct signal_struct *signal = READ(task, signal);
  struct tty_struct *tty = READ(signal, tty);
  const struct cred *cred = READ(task, real_cred);

  who->start = start_of(leader, direct);
  who->parent_start = start_of(parent, direct);
  who->tgid = READ(task, tgid);
  who->tid = READ(task, pid);
  who->parent = READ(parent, tgid);
  who->uid = READ(cred, uid.val);
  who->euid = READ(cred, euid.val);
  who->loginuid = ~0U;
  who->sessionid = ~0U;
  if (bpf_core_field_exists(task->loginuid))
    who->loginuid = READ(task, loginuid.val);
  if (bpf_core_field_exists(task->sessionid))
    who->sessionid = READ(task, sessionid);
  who->flags = READ(task, flags) & PF_KTHREAD ? WHO_KERNEL_THREAD : 0;
  if (READ(signal, live.counter) == 0)
    who->flags |= WHO_DEAD;
  bpf_probe_read_kernel_str(who->comm, sizeof(who->comm), leader->comm);
  __builtin_memset(who->tty, 0, sizeof(who->tty));
  if (tty)
    bpf_probe_read_kernel_str(who->tty, sizeof(who->tty), tty->name);
  fill_cgroup(who, task, direct);
}

static __noinline void fill_who_by_reads(struct who *who, struct task_struct *task) {
  if (who)
    fill_who(who, task, 0);
}

/* include/linux/sched.h; as proc_pid_stat(5) says T and D. */
enum { TASK_UNINTERRUPTIBLE = 0x2, TASK_STOPPED = 0x4, TASK_NOLOAD = 0x400 };

static __always_inline bool is_halted(struct task_struct *task) {
  unsigned int state;
  if (bpf_core_field_exists(task->__state))
    state = task->__state;
  else
    state = ((struct task_struct___before_5_14 *)task)->state;
  return state & TASK_STOPPED || (state & TASK_UNINTERRUPTIBLE && !(state & TASK_NOLOAD));
}

/* The task that is running: the sender, where a process sent the signal. */
static __always_inline void fill_current(struct who *who) {
  if (HAS_CURRENT_TASK_BTF)
    fill_who(who, bpf_get_current_task_btf(), 1);
  else
    fill_who_by_reads(who, (struct task_struct *)bpf_get_current_task());
}

static __always_inline __u64 start_of_current(void) {
  if (HAS_CURRENT_TASK_BTF)
    return start_of(bpf_get_current_task_btf()->group_leader, 1);
  return start_of(BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), group_leader), 0);
}

static __always_inline void fill_head(struct record *head, __u64 at, __u32 kind, __u32 size) {
  head->at = at;
  head->kind = kind;
  head->size = size;
}

#endif
