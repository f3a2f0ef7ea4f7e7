/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a process used in its life, at its end. */
#ifndef WHODUNIT_USAGE_H
#define WHODUNIT_USAGE_H

/* Threads that end together are all still listed; of more than these the time of the rest is missing. */
#define THREADS_MAX 128
#define TRIES_MAX 3

static __always_inline __u32 sequence_of(struct signal_struct *signal) {
  __u32 sequence = 0;
  bpf_probe_read_kernel(&sequence, sizeof(sequence), &signal->stats_lock);
  return sequence;
}

static __always_inline __u64 listed_threads_time(struct signal_struct *signal) {
  void *head = (void *)signal + bpf_core_field_offset(struct signal_struct, thread_head);
  struct list_head *at = BPF_CORE_READ(signal, thread_head.next);
  __u64 time = 0;
#pragma clang loop unroll(disable)
  for (int i = 0; i < THREADS_MAX && (void *)at != head; i++) {
    struct task_struct *thread = (void *)at - bpf_core_field_offset(struct task_struct, thread_node);
    time += BPF_CORE_READ(thread, se.sum_exec_runtime);
    at = BPF_CORE_READ(at, next);
  }
  return time;
}

/*
 * A thread moves from the list into the sum under stats_lock (__exit_signal in kernel/exit.c): its sequence is odd
 * meanwhile and another one after.
 */
__noinline __u64 threads_time(__u64 address) {
  struct signal_struct *signal = (struct signal_struct *)address;
  __u64 time = 0;
#pragma clang loop unroll(disable)
  for (int i = 0; i < TRIES_MAX; i++) {
    __u32 sequence = sequence_of(signal);
    time = BPF_CORE_READ(signal, sum_sched_runtime) + listed_threads_time(signal);
    if (!(sequence & 1) && sequence == sequence_of(signal))
      break;
  }
  return time;
}

/*
 * Nanoseconds that its threads ran, those that are gone included; up to the scheduler's last look (a tick or a switch).
 * `signal->sum_sched_runtime` has the threads that were released.
 */
static __always_inline __u64 cpu_time_of(struct task_struct *task) {
  struct signal_struct *signal = task->signal;
  if (!bpf_core_field_exists(signal->sum_sched_runtime))
    return 0;
  if (signal->nr_threads == 1)
    return signal->sum_sched_runtime + task->se.sum_exec_runtime;
  return threads_time((__u64)BPF_CORE_READ(task, signal));
}

/* In pages. do_exit() sets it before the tracepoint, on every kernel, whether the mm is gone by then or not. */
static __always_inline __u64 peak_rss_of(struct task_struct *task) {
  return bpf_core_field_exists(task->signal->maxrss) ? task->signal->maxrss : 0;
}

#endif
