/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The probe: writes one record (record.h) into a ring buffer for every exec, fork, end, signal and OOM kill of a
 * process, and lists the live processes through an iterator with the very same identities. What comes in floods is
 * counted instead (flood.h, throttle.h).
 *
 * Needs Linux 5.8 (ring buffer, boot clock, CAP_BPF) with BTF. Reads no registers and no architecture's types, so one
 * little-endian object serves x86_64 and aarch64 alike. Decides nothing that user space can decide.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "record.h"
#include "losses.h"
#include "who.h"
#include "throttle.h"
#include "login.h"
#include "usage.h"
#include "core.h"
#include "signal.h"
#include "limit.h"
#include "flood.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define SIGNAL_GROUP_EXIT 0x00000004 /* include/linux/sched/signal.h */

struct cgroup_scratch {
  struct cgroup_record record;
  char path[CGROUP_PATH_BYTES_MAX];
};

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct cgroup_scratch);
} cgroup_scratch SEC(".maps");

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm) {
  __u64 at = bpf_ktime_get_boot_ns();
  __u32 zero = 0;
  struct exec_scratch *exec = bpf_map_lookup_elem(&exec_scratch, &zero);
  struct mm_struct *mm = task->mm;
  if (!exec || !mm || is_withheld(task, at))
    return 0;

  long copied = bpf_probe_read_kernel_str(exec->room, FILENAME_BYTES_MAX, bprm->filename);
  __u64 filename_size = copied > 0 ? copied - 1 : 0;
  barrier_var(filename_size);
  if (filename_size > FILENAME_BYTES_MAX)
    filename_size = 0;

  unsigned long from = mm->arg_start;
  __u64 total = mm->arg_end - from;
  __u64 args_size = total;
  barrier_var(args_size);
  if (args_size > ARGS_BYTES_MAX)
    args_size = ARGS_BYTES_MAX;
  /* A page that was swapped out meanwhile cannot be waited for here; the agent then asks /proc. */
  if (bpf_probe_read_user(exec->room + filename_size, args_size, (void *)from))
    args_size = 0;

  barrier_var(args_size);
  if (args_size > ARGS_BYTES_MAX)
    args_size = ARGS_BYTES_MAX;
  barrier_var(filename_size);
  if (filename_size > FILENAME_BYTES_MAX)
    filename_size = 0;
  __u64 ssh_size = ssh_of(task, filename_size + args_size);
  barrier_var(ssh_size);
  if (ssh_size > SSH_BYTES_MAX)
    ssh_size = 0;
  __u64 size = sizeof(struct exec_record) + filename_size + args_size + ssh_size;
  exec->record.filename_size = filename_size;
  exec->record.args_size = args_size;
  exec->record.args_total = total;
  exec->record.ssh_size = ssh_size;
  exec->record.zero = 0;
  fill_head(&exec->record.head, at, RECORD_EXEC, size);
  fill_who(&exec->record.head.who, task, 1);
  if (bpf_ringbuf_output(&ring, exec, size, BPF_RB_NO_WAKEUP))
    count_loss(RECORD_EXEC, at);
  return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child) {
  /* `parent` is the task that called; with CLONE_PARENT the child's parent is another, so ask the child. */
  if (child->pid != child->tgid)
    return 0;
  __u64 at = bpf_ktime_get_boot_ns();
  if (is_withheld(child, at))
    return 0;
  struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
  if (!record) {
    count_loss(RECORD_FORK, at);
    return 0;
  }
  fill_head(record, at, RECORD_FORK, sizeof(*record));
  fill_who(&record->who, child, 1);
  bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
  return 0;
}

/* The status as wait4() would give it: wait_task_zombie() in kernel/exit.c. */
static __always_inline __u32 wait_status(struct task_struct *task) {
  if (task->signal->flags & SIGNAL_GROUP_EXIT)
    return task->signal->group_exit_code;
  return task->group_leader->exit_code;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task) {
  /* Two last threads on two CPUs can both see 0 here; the agent reports the end of one life once. */
  if (task->signal->live.counter != 0)
    return 0;
  __u64 at = bpf_ktime_get_boot_ns();
  if (is_withheld(task, at))
    return 0;
  struct exit_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
  if (!record) {
    count_loss(RECORD_EXIT, at);
    return 0;
  }
  __u32 status = wait_status(task);
  record->status = status;
  record->zero = 0;
  record->cpu_time = cpu_time_of(task);
  record->peak_rss = peak_rss_of(task);
  fill_head(&record->head, at, RECORD_EXIT, sizeof(*record));
  fill_who(&record->head.who, task, 1);
  bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
  if (asks_for_core(status))
    record_core(task, at, status);
  return 0;
}

static __always_inline void fill_signal(struct signal_record *record, const struct flood_key *key, __u64 at,
                                        struct kernel_siginfo *info, struct task_struct *target, int result) {
  record->signal = key->signal;
  record->code = key->code;
  record->group = !key->thread;
  record->result = result;
  record->disposition = key->disposition;
  record->has_address = has_fault_address(key->signal, key->code);
  record->address = record->has_address ? (__u64)BPF_CORE_READ(info, _sifields._sigfault._addr) : 0;
  fill_who(&record->target, target, 1);
  fill_head(&record->head, at, RECORD_SIGNAL, 0);
  fill_current(&record->head.who);
  record->head.size = sizeof(*record);
}

SEC("tp_btf/signal_generate")
int BPF_PROG(on_signal, int signal, struct kernel_siginfo *info, struct task_struct *target, int group, int result) {
  struct flood_key key = {
    .signal = signal,
    .code = code_of(info),
    .target_tgid = target->tgid,
    .sender_tgid = bpf_get_current_pid_tgid() >> 32,
    .disposition = disposition_of(target, signal),
  };
  if (is_noise(signal, key.code, key.disposition, key.sender_tgid == key.target_tgid))
    return 0;
  __u64 at = bpf_ktime_get_boot_ns();
  if (!group)
    key.thread = target->pid;
  if (key.disposition != DISPOSITION_DEFAULT) {
    key.second = at / 1000000000;
    key.target = start_of(target->group_leader, 1);
    key.sender = start_of_current();
    struct flood *flood = flood_of(&key);
    if (flood) {
      if (!flood->second.head.size)
        fill_signal(&flood->second, &key, at, info, target, result);
      __sync_fetch_and_add(&flood->count, 1);
      flood->last = at;
      return 0;
    }
  }
  if (is_withheld(target, at))
    return 0;
  __u32 resource = limit_behind(target, &key);
  if (resource != NO_LIMIT)
    record_limit(target, at, signal, resource);
  struct signal_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
  if (!record) {
    count_loss(RECORD_SIGNAL, at);
    return 0;
  }
  fill_signal(record, &key, at, info, target, result);
  bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
  return 0;
}

/*
 * Until Linux 6.7 the argument is the victim's pid, since then its task. One program serves both: a kernel address is
 * larger than any pid.
 */
SEC("tp_btf/mark_victim")
int on_oom(__u64 *ctx) {
  __u64 victim = ctx[0];
  __u64 at = bpf_ktime_get_boot_ns();
  struct oom_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
  if (!record) {
    count_loss(RECORD_OOM, at);
    return 0;
  }
  if (victim > 0xffffffffULL) {
    fill_who_by_reads(&record->target, (struct task_struct *)victim);
  } else {
    __builtin_memset(&record->target, 0, sizeof(record->target));
    record->target.tgid = victim;
    record->target.tid = victim;
  }
  fill_head(&record->head, at, RECORD_OOM, sizeof(*record));
  fill_current(&record->head.who);
  bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
  return 0;
}

/*
 * The path of a new cgroup, before any process can be in it: a process that is gone with its cgroup a millisecond later
 * can still be placed.
 */
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(on_cgroup_mkdir, struct cgroup *cgroup, const char *path) {
  __u64 at = bpf_ktime_get_boot_ns();
  __u32 zero = 0;
  struct cgroup_scratch *made = bpf_map_lookup_elem(&cgroup_scratch, &zero);
  if (!made || !bpf_core_field_exists(cgroup->kn->id))
    return 0;
  long copied = bpf_probe_read_kernel_str(made->path, CGROUP_PATH_BYTES_MAX, path);
  __u64 path_size = copied > 0 ? copied - 1 : 0;
  barrier_var(path_size);
  if (path_size > CGROUP_PATH_BYTES_MAX)
    path_size = 0;
  __u64 size = sizeof(struct cgroup_record) + path_size;
  made->record.id = BPF_CORE_READ(cgroup, kn, id);
  made->record.hierarchy = BPF_CORE_READ(cgroup, root, hierarchy_id);
  made->record.path_size = path_size;
  fill_head(&made->record.head, at, RECORD_CGROUP, size);
  fill_current(&made->record.head.who);
  if (bpf_ringbuf_output(&ring, made, size, BPF_RB_NO_WAKEUP))
    count_loss(RECORD_CGROUP, at);
  return 0;
}

static __always_inline void list_task(struct bpf_iter__task *ctx, struct task_struct *task) {
  struct record record;
  __builtin_memset(&record, 0, sizeof(record));
  fill_head(&record, bpf_ktime_get_boot_ns(), RECORD_TASK, sizeof(record));
  fill_who(&record.who, task, 1);
  bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
}

SEC("iter/task")
int list_tasks(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (task && task->pid == task->tgid)
    list_task(ctx, task);
  return 0;
}

/* Those that are stopped or uninterruptible: next to none, so that asking for them costs next to nothing. */
SEC("iter/task")
int list_halted(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (task && task->pid == task->tgid && is_halted(task))
    list_task(ctx, task);
  return 0;
}
