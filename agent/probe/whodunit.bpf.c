/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The probe: writes one record (record.h) into a ring buffer for every exec, fork, end, signal and OOM kill of a
 * process, and lists the live processes through an iterator with the very same identities.
 *
 * Needs Linux 5.8 (ring buffer, boot clock, CAP_BPF) with BTF. Reads no registers and no architecture's types, so one
 * little-endian object serves x86_64 and aarch64 alike. Decides nothing that user space can decide.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "record.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

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

/* An exec record does not fit the 512 bytes of stack. Only on_exec uses it, and the kernel never nests one program on
 * one CPU. */
struct exec_scratch {
  struct exec_record record;
  char room[FILENAME_BYTES_MAX + ARGS_BYTES_MAX + SSH_BYTES_MAX];
};

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct exec_scratch);
} scratch SEC(".maps");

/* How often the processes of a login session were asked for SSH_CONNECTION; SSH_LOOKS_MAX once it was found. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 4096);
  __type(key, __u32);
  __type(value, __u32);
} ssh_looks SEC(".maps");

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

#define PF_KTHREAD 0x00200000      /* include/linux/sched.h */
#define SIGNAL_GROUP_EXIT 0x00000004 /* include/linux/sched/signal.h */

enum { SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGFPE = 8, SIGSEGV = 11, SIGALRM = 14, SIGCHLD = 17, SIGURG = 23 };
enum { SIGVTALRM = 26, SIGPROF = 27, SIGWINCH = 28 };
enum { SI_USER = 0, SI_KERNEL = 0x80, SI_QUEUE = -1, SI_TKILL = -6 };

static __always_inline void count_loss(__u32 kind, __u64 at) {
  struct loss *loss = bpf_map_lookup_elem(&losses, &kind);
  if (!loss)
    return;
  __sync_fetch_and_add(&loss->count, 1);
  if (!loss->first)
    loss->first = at;
  loss->last = at;
}

static __always_inline __u64 start_of(struct task_struct *leader) {
  if (bpf_core_field_exists(leader->start_boottime))
    return BPF_CORE_READ(leader, start_boottime);
  return BPF_CORE_READ((struct task_struct___before_5_5 *)leader, real_start_time);
}

/* More hierarchies than a version 1 host mounts: a dozen controllers, name=systemd, version 2. */
#define HIERARCHIES_MAX 16

/* The version 1 hierarchy `name=systemd` has no controller; it is only in the set's list, in the order of mounting. */
static __always_inline struct cgroup *systemd_cgroup(struct css_set *set) {
  void *head = (void *)set + bpf_core_field_offset(struct css_set, cgrp_links);
  struct list_head *at = BPF_CORE_READ(set, cgrp_links.next);
#pragma clang loop unroll(disable)
  for (int i = 0; i < HIERARCHIES_MAX && (void *)at != head; i++) {
    struct cgrp_cset_link *link = (void *)at - bpf_core_field_offset(struct cgrp_cset_link, cgrp_link);
    struct cgroup *cgroup = BPF_CORE_READ(link, cgrp);
    struct cgroup_root *root = BPF_CORE_READ(cgroup, root);
    __u64 name = 0;
    bpf_probe_read_kernel(&name, sizeof(name), &root->name);
    if (name == 0x00646d6574737973ULL) /* "systemd" */
      return cgroup;
    at = BPF_CORE_READ(at, next);
  }
  return 0;
}

static __always_inline struct cgroup *controller_cgroup(struct css_set *set, __u64 controller) {
  struct cgroup_subsys_state *state = 0;
  void *states = (void *)set + bpf_core_field_offset(struct css_set, subsys);
  bpf_probe_read_kernel(&state, sizeof(state), states + controller * sizeof(void *));
  return BPF_CORE_READ(state, cgroup);
}

static __always_inline bool below_root(struct cgroup *cgroup) {
  return cgroup && BPF_CORE_READ(cgroup, level) > 0;
}

/* The cgroup that names service or container. proc-cgroup.ts has the same order, and why. */
static __noinline struct cgroup *cgroup_of(struct css_set *set) {
  struct cgroup *cgroup = systemd_cgroup(set);
  if (below_root(cgroup))
    return cgroup;
  cgroup = BPF_CORE_READ(set, dfl_cgrp);
  if (below_root(cgroup))
    return cgroup;
  if (bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id)) {
    cgroup = controller_cgroup(set, bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id));
    if (below_root(cgroup))
      return cgroup;
  }
  if (bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id)) {
    cgroup = controller_cgroup(set, bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id));
    if (below_root(cgroup))
      return cgroup;
  }
  return 0;
}

static __always_inline void fill_cgroup(struct who *who, struct task_struct *task) {
  who->cgroup = 0;
  who->hierarchy = 0;
  who->zero = 0;
  if (!bpf_core_field_exists(task->cgroups) || !bpf_core_field_exists(((struct kernfs_node *)0)->id))
    return;
  struct css_set *set = BPF_CORE_READ(task, cgroups);
  if (!set)
    return;
  who->flags |= WHO_CGROUP;
  struct cgroup *cgroup = cgroup_of(set);
  if (!cgroup)
    return;
  who->cgroup = BPF_CORE_READ(cgroup, kn, id);
  who->hierarchy = BPF_CORE_READ(cgroup, root, hierarchy_id);
}

static __always_inline void fill_who(struct who *who, struct task_struct *task) {
  struct task_struct *leader = BPF_CORE_READ(task, group_leader);
  struct task_struct *parent = BPF_CORE_READ(leader, real_parent, group_leader);
  struct signal_struct *signal = BPF_CORE_READ(task, signal);
  struct tty_struct *tty = BPF_CORE_READ(signal, tty);

  who->start = start_of(leader);
  who->parent_start = start_of(parent);
  who->tgid = BPF_CORE_READ(task, tgid);
  who->tid = BPF_CORE_READ(task, pid);
  who->parent = BPF_CORE_READ(parent, tgid);
  who->uid = BPF_CORE_READ(task, real_cred, uid.val);
  who->euid = BPF_CORE_READ(task, real_cred, euid.val);
  who->loginuid = ~0U;
  who->sessionid = ~0U;
  if (bpf_core_field_exists(task->loginuid))
    who->loginuid = BPF_CORE_READ(task, loginuid.val);
  if (bpf_core_field_exists(task->sessionid))
    who->sessionid = BPF_CORE_READ(task, sessionid);
  who->flags = BPF_CORE_READ(task, flags) & PF_KTHREAD ? WHO_KERNEL_THREAD : 0;
  if (BPF_CORE_READ(signal, live.counter) == 0)
    who->flags |= WHO_DEAD;
  bpf_probe_read_kernel_str(who->comm, sizeof(who->comm), leader->comm);
  __builtin_memset(who->tty, 0, sizeof(who->tty));
  if (tty)
    bpf_probe_read_kernel_str(who->tty, sizeof(who->tty), tty->name);
  fill_cgroup(who, task);
}

static __always_inline void fill_head(struct record *head, __u64 at, __u32 kind, __u32 size, struct task_struct *task) {
  head->at = at;
  head->kind = kind;
  head->size = size;
  fill_who(&head->who, task);
}

#define SSH_LOOKS_MAX 8
#define ENVIRONMENT_PIECES_MAX 128
enum { PIECE_BYTES = 128, SSH_NAME_BYTES = 15 };

/* "SSH_CONNECTION=", as a little-endian machine reads it. */
static __always_inline bool is_ssh_connection(const __u64 *piece) {
  return piece[0] == 0x4e4e4f435f485353ULL && (piece[1] & 0x00ffffffffffffffULL) == 0x003d4e4f49544345ULL;
}

/*
 * The value of SSH_CONNECTION in a new image's environment, without NUL: of all variables the only one that leaves this
 * function. Longer ones pass in pieces.
 */
static __noinline __u32 find_ssh_connection(struct mm_struct *mm, char *to) {
  __u64 piece[PIECE_BYTES / 8];
  unsigned long at = BPF_CORE_READ(mm, env_start);
  unsigned long end = BPF_CORE_READ(mm, env_end);
  bool within = 0;
  if (!to)
    return 0;
#pragma clang loop unroll(disable)
  for (int i = 0; i < ENVIRONMENT_PIECES_MAX && at < end; i++) {
    long length = bpf_probe_read_user_str(piece, PIECE_BYTES, (void *)at);
    if (length <= 0)
      return 0;
    if (!within && length > SSH_NAME_BYTES + 1 && length < PIECE_BYTES && is_ssh_connection(piece)) {
      __u64 size = length - 1 - SSH_NAME_BYTES;
      barrier_var(size);
      if (size > SSH_BYTES_MAX)
        return 0;
      bpf_probe_read_kernel(to, size, (char *)piece + SSH_NAME_BYTES);
      return size;
    }
    within = length == PIECE_BYTES;
    at += within ? length - 1 : length;
  }
  return 0;
}

/* Only in a login session, and only until one of its processes had it, or some had not. */
static __always_inline __u32 ssh_of(struct task_struct *task, char *to) {
  __u32 session = ~0U;
  if (bpf_core_field_exists(task->sessionid))
    session = BPF_CORE_READ(task, sessionid);
  if (session == ~0U)
    return 0;
  __u32 first = 0;
  __u32 *looks = bpf_map_lookup_elem(&ssh_looks, &session);
  if (!looks) {
    bpf_map_update_elem(&ssh_looks, &session, &first, 0);
    looks = bpf_map_lookup_elem(&ssh_looks, &session);
  }
  if (!looks || *looks >= SSH_LOOKS_MAX)
    return 0;
  __u32 size = find_ssh_connection(BPF_CORE_READ(task, mm), to);
  *looks = size ? SSH_LOOKS_MAX : *looks + 1;
  return size;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm) {
  __u64 at = bpf_ktime_get_boot_ns();
  __u32 zero = 0;
  struct exec_scratch *exec = bpf_map_lookup_elem(&scratch, &zero);
  if (!exec)
    return 0;

  long copied = bpf_probe_read_kernel_str(exec->room, FILENAME_BYTES_MAX, BPF_CORE_READ(bprm, filename));
  __u64 filename_size = copied > 0 ? copied - 1 : 0;
  barrier_var(filename_size);
  if (filename_size > FILENAME_BYTES_MAX)
    filename_size = 0;

  unsigned long from = BPF_CORE_READ(task, mm, arg_start);
  __u64 total = BPF_CORE_READ(task, mm, arg_end) - from;
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
  __u64 ssh_size = ssh_of(task, exec->room + filename_size + args_size);
  barrier_var(ssh_size);
  if (ssh_size > SSH_BYTES_MAX)
    ssh_size = 0;
  __u64 size = sizeof(struct exec_record) + filename_size + args_size + ssh_size;
  exec->record.filename_size = filename_size;
  exec->record.args_size = args_size;
  exec->record.args_total = total;
  exec->record.ssh_size = ssh_size;
  exec->record.zero = 0;
  fill_head(&exec->record.head, at, RECORD_EXEC, size, task);
  if (bpf_ringbuf_output(&ring, exec, size, BPF_RB_NO_WAKEUP))
    count_loss(RECORD_EXEC, at);
  return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child) {
  /* `parent` is the task that called; with CLONE_PARENT the child's parent is another, so ask the child. */
  if (BPF_CORE_READ(child, pid) != BPF_CORE_READ(child, tgid))
    return 0;
  __u64 at = bpf_ktime_get_boot_ns();
  struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
  if (!record) {
    count_loss(RECORD_FORK, at);
    return 0;
  }
  fill_head(record, at, RECORD_FORK, sizeof(*record), child);
  bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
  return 0;
}

/* The status as wait4() would give it: wait_task_zombie() in kernel/exit.c. */
static __always_inline __u32 wait_status(struct task_struct *task) {
  if (BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT)
    return BPF_CORE_READ(task, signal, group_exit_code);
  return BPF_CORE_READ(task, group_leader, exit_code);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task) {
  /* Two last threads on two CPUs can both see 0 here; the agent reports the end of one life once. */
  if (BPF_CORE_READ(task, signal, live.counter) != 0)
    return 0;
  __u64 at = bpf_ktime_get_boot_ns();
  struct exit_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
  if (!record) {
    count_loss(RECORD_EXIT, at);
    return 0;
  }
  record->status = wait_status(task);
  record->zero = 0;
  fill_head(&record->head, at, RECORD_EXIT, sizeof(*record), task);
  bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
  return 0;
}

static __always_inline int code_of(struct kernel_siginfo *info) {
  /* SEND_SIG_NOINFO and SEND_SIG_PRIV of include/linux/sched/signal.h are not addresses. */
  if ((unsigned long)info == 0)
    return SI_USER;
  if ((unsigned long)info == 1)
    return SI_KERNEL;
  return BPF_CORE_READ(info, si_code);
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

static __always_inline bool is_noise(int signal, int code, __u32 disposition) {
  if (signal == SIGCHLD || signal == SIGWINCH || signal == SIGURG)
    return 1;
  bool timer = signal == SIGALRM || signal == SIGVTALRM || signal == SIGPROF;
  bool by_kernel = code != SI_USER && code != SI_QUEUE && code != SI_TKILL;
  return timer && by_kernel && disposition != DISPOSITION_DEFAULT;
}

static __always_inline bool has_fault_address(int signal, int code) {
  bool fault = signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE || signal == SIGTRAP;
  return fault && code > 0 && code < SI_KERNEL;
}

SEC("tp_btf/signal_generate")
int BPF_PROG(on_signal, int signal, struct kernel_siginfo *info, struct task_struct *target, int group, int result) {
  int code = code_of(info);
  __u32 disposition = disposition_of(target, signal);
  if (is_noise(signal, code, disposition))
    return 0;
  __u64 at = bpf_ktime_get_boot_ns();
  struct signal_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
  if (!record) {
    count_loss(RECORD_SIGNAL, at);
    return 0;
  }
  record->signal = signal;
  record->code = code;
  record->group = group;
  record->result = result;
  record->disposition = disposition;
  record->has_address = has_fault_address(signal, code);
  record->address = record->has_address ? (__u64)BPF_CORE_READ(info, _sifields._sigfault._addr) : 0;
  fill_who(&record->target, target);
  fill_head(&record->head, at, RECORD_SIGNAL, sizeof(*record), (struct task_struct *)bpf_get_current_task());
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
    fill_who(&record->target, (struct task_struct *)victim);
  } else {
    __builtin_memset(&record->target, 0, sizeof(record->target));
    record->target.tgid = victim;
    record->target.tid = victim;
  }
  fill_head(&record->head, at, RECORD_OOM, sizeof(*record), (struct task_struct *)bpf_get_current_task());
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
  fill_head(&made->record.head, at, RECORD_CGROUP, size, (struct task_struct *)bpf_get_current_task());
  if (bpf_ringbuf_output(&ring, made, size, BPF_RB_NO_WAKEUP))
    count_loss(RECORD_CGROUP, at);
  return 0;
}

SEC("iter/task")
int list_tasks(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (!task || task->pid != task->tgid)
    return 0;
  struct record record;
  __builtin_memset(&record, 0, sizeof(record));
  fill_head(&record, bpf_ktime_get_boot_ns(), RECORD_TASK, sizeof(record), task);
  bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
  return 0;
}
