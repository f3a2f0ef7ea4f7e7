/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a signal is: who made it, what its target does about it, whether anybody wants to know. */
#ifndef WHODUNIT_SIGNAL_H
#define WHODUNIT_SIGNAL_H

enum { SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGFPE = 8, SIGSEGV = 11, SIGALRM = 14, SIGCHLD = 17, SIGURG = 23 };
enum { SIGKILL = 9, SIGXCPU = 24, SIGXFSZ = 25, SIGVTALRM = 26, SIGPROF = 27, SIGWINCH = 28 };
enum { SI_USER = 0, SI_KERNEL = 0x80, SI_QUEUE = -1, SI_TIMER = -2, SI_TKILL = -6 };

static __always_inline int code_of(struct kernel_siginfo *info) {
  /* SEND_SIG_NOINFO and SEND_SIG_PRIV of include/linux/sched/signal.h are not addresses. */
  if ((unsigned long)info == 0)
    return SI_USER;
  if ((unsigned long)info == 1)
    return SI_KERNEL;
  return BPF_CORE_READ(info, si_code);
}

static __always_inline bool is_sent(int code) {
  return code == SI_USER || code == SI_QUEUE || code == SI_TKILL;
}

static __always_inline __u32 disposition_of(struct task_struct *task, int signal) {
  if (signal < 1 || signal > 64)
    return DISPOSITION_DEFAULT;
  /* CO-RE relocates no variable index: the step of the array is asked of the running kernel by itself. */
  void *action = (void *)BPF_CORE_READ(task, sighand) + bpf_core_field_offset(struct sighand_struct, action) +
                 (signal - 1) * bpf_core_type_size(struct k_sigaction);
  void *handler = 0;
  bpf_probe_read_kernel(&handler, sizeof(handler), action + bpf_core_field_offset(struct k_sigaction, sa.sa_handler));
  if ((unsigned long)handler == 0)
    return DISPOSITION_DEFAULT;
  return (unsigned long)handler == 1 ? DISPOSITION_IGNORED : DISPOSITION_CAUGHT;
}

/*
 * Children that ended, windows that changed size, sockets with urgent data (Go preempts its threads with SIGURG), and
 * timers of the process itself. The same signals sent by another process mean something: SIGWINCH stops an Apache.
 */
static __always_inline bool is_noise(int signal, int code, __u32 disposition, bool by_itself) {
  bool sent = is_sent(code);
  if (signal == SIGCHLD || signal == SIGWINCH || signal == SIGURG)
    return !sent || by_itself;
  bool timer = signal == SIGALRM || signal == SIGVTALRM || signal == SIGPROF || code == SI_TIMER;
  return timer && !sent && disposition != DISPOSITION_DEFAULT;
}

static __always_inline bool has_fault_address(int signal, int code) {
  bool fault = signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE || signal == SIGTRAP;
  return fault && code > 0 && code < SI_KERNEL;
}

#endif
