/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Limits of its own that a process ran into, as they are at that instant: setrlimit(2). The kernel sends SIGXCPU once the
 * soft limit of processor time is used up and once a second from then on, raising the limit each time (after it sent);
 * SIGKILL at the hard one. SIGXFSZ it sends in the name of the process that writes, directed at the thread.
 * check_process_timers() in kernel/time/posix-cpu-timers.c, generic_write_check_limits() in fs/read_write.c.
 */
#ifndef WHODUNIT_LIMIT_H
#define WHODUNIT_LIMIT_H

#include "flood.h"
#include "signal.h"
#include "usage.h"

/* include/uapi/asm-generic/resource.h; MIPS has others, as for signals. */
enum { RLIMIT_CPU = 0, RLIMIT_FSIZE = 1, RLIMIT_RTTIME = 15, NO_LIMIT = 16 };

#define RLIM_INFINITY (~0UL)

/* The limit that this signal can be of, NO_LIMIT for almost all. That it is, user space decides. */
static __always_inline __u32 limit_behind(struct task_struct *target, const struct flood_key *key) {
  if (key->signal == SIGXFSZ)
    return key->sender_tgid == key->target_tgid && key->thread ? RLIMIT_FSIZE : NO_LIMIT;
  if (key->code != SI_KERNEL)
    return NO_LIMIT;
  if (key->signal == SIGKILL && key->sender_tgid == key->target_tgid)
    return target->signal->rlim[RLIMIT_CPU].rlim_max == RLIM_INFINITY ? NO_LIMIT : RLIMIT_CPU;
  if (key->signal == SIGXCPU)
    return target->signal->rlim[RLIMIT_CPU].rlim_cur == RLIM_INFINITY ? RLIMIT_RTTIME : RLIMIT_CPU;
  return NO_LIMIT;
}

static __noinline void record_limit(struct task_struct *target, __u64 at, int signal, __u32 resource) {
  struct limit_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
  if (!record) {
    count_loss(RECORD_LIMIT, at);
    return;
  }
  const struct signal_struct *limits = target->signal;
  const struct rlimit *limit = resource == RLIMIT_CPU     ? &limits->rlim[RLIMIT_CPU]
                               : resource == RLIMIT_FSIZE ? &limits->rlim[RLIMIT_FSIZE]
                                                          : &limits->rlim[RLIMIT_RTTIME];
  record->signal = signal;
  record->resource = resource;
  record->soft = limit->rlim_cur;
  record->hard = limit->rlim_max;
  record->cpu_time = cpu_time_of(target);
  fill_head(&record->head, at, RECORD_LIMIT, sizeof(*record));
  fill_who(&record->head.who, target, 1);
  bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

#endif
