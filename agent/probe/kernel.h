/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel types that the probe reads, and of them only the fields it reads. `preserve_access_index` makes every
 * access relocatable: libbpf looks the real offset up in the running kernel's BTF when it loads the object.
 *
 * Names and types follow include/linux/{sched,cred,binfmts,tty,cgroup-defs,kernfs,dcache,fs_struct,pid}.h,
 * include/linux/sched/signal.h, fs/mount.h, kernel/cgroup/cgroup-internal.h and include/uapi/asm-generic/siginfo.h. A suffix `___x` names another kernel's form of a type; libbpf drops it.
 */
#ifndef WHODUNIT_KERNEL_H
#define WHODUNIT_KERNEL_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
/* bpf_helper_defs.h names these; nothing here uses them. */
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

typedef _Bool bool;

/* include/uapi/linux/bpf.h */
enum { BPF_MAP_TYPE_HASH = 1, BPF_MAP_TYPE_ARRAY = 2, BPF_MAP_TYPE_PERCPU_ARRAY = 6, BPF_MAP_TYPE_LRU_HASH = 9 };
enum { BPF_MAP_TYPE_RINGBUF = 27 };
enum { BPF_F_MMAPABLE = 1 << 10 };
enum { BPF_NOEXIST = 1 };
enum { BPF_RB_NO_WAKEUP = 1 };
enum { BPF_RB_AVAIL_DATA = 0 };
enum bpf_func_id { BPF_FUNC_get_current_task_btf = 158 }; /* since Linux 5.11 */

#define RELOCATABLE __attribute__((preserve_access_index))

typedef struct {
  __u32 val;
} RELOCATABLE kuid_t;

typedef struct {
  int counter;
} RELOCATABLE atomic_t;

struct cred {
  kuid_t uid;
  kuid_t euid;
} RELOCATABLE;

struct tty_struct {
  char name[64];
} RELOCATABLE;

struct list_head {
  struct list_head *next;
} RELOCATABLE;

typedef struct {
  __u32 sequence; /* the first member of every form that it has had */
} seqlock_t;

struct rlimit {
  unsigned long rlim_cur;
  unsigned long rlim_max;
} RELOCATABLE;

struct signal_struct {
  atomic_t live;
  int nr_threads;
  struct list_head thread_head;
  int group_exit_code;
  __u32 flags;
  struct tty_struct *tty;
  seqlock_t stats_lock;
  unsigned long maxrss;
  unsigned long long sum_sched_runtime;
  struct rlimit rlim[16];
} RELOCATABLE;

struct sigaction {
  void *sa_handler;
} RELOCATABLE;

struct k_sigaction {
  struct sigaction sa;
} RELOCATABLE;

struct sighand_struct {
  struct k_sigaction action[64];
} RELOCATABLE;

struct mm_struct {
  unsigned long arg_start;
  unsigned long arg_end;
  unsigned long env_start;
  unsigned long env_end;
} RELOCATABLE;

struct kernfs_node {
  __u64 id; /* since Linux 5.5; before it was a union */
} RELOCATABLE;

struct cgroup_root {
  int hierarchy_id;
  char name[64];
} RELOCATABLE;

struct cgroup {
  int level;
  struct kernfs_node *kn;
  struct cgroup_root *root;
} RELOCATABLE;

struct cgroup_subsys_state {
  struct cgroup *cgroup;
} RELOCATABLE;

struct css_set {
  struct cgroup_subsys_state *subsys[4]; /* as many as the kernel was configured with */
  struct cgroup *dfl_cgrp;
  struct list_head cgrp_links;
} RELOCATABLE;

struct cgrp_cset_link {
  struct cgroup *cgrp;
  struct list_head cgrp_link;
} RELOCATABLE;

/* The values are the running kernel's; only the names count here. */
enum cgroup_subsys_id { memory_cgrp_id = 1, pids_cgrp_id = 2 };

/* The two lowest bits are the same in both: whether it may be dumped, include/linux/sched/coredump.h. */
typedef struct {
  unsigned long first;
} mm_flags_t;

struct mm_struct___since_6_18 {
  mm_flags_t flags;
} RELOCATABLE;

struct mm_struct___before_6_18 {
  unsigned long flags;
} RELOCATABLE;

struct dentry;

struct qstr {
  const unsigned char *name;
} RELOCATABLE;

struct dentry {
  struct dentry *d_parent;
  struct qstr d_name;
} RELOCATABLE;

struct vfsmount {
  struct dentry *mnt_root;
} RELOCATABLE;

struct mount {
  struct mount *mnt_parent;
  struct dentry *mnt_mountpoint;
  struct vfsmount mnt;
} RELOCATABLE;

struct path {
  struct vfsmount *mnt;
  struct dentry *dentry;
} RELOCATABLE;

struct fs_struct {
  struct path pwd;
} RELOCATABLE;

struct ns_common {
  __u32 inum;
} RELOCATABLE;

struct mnt_namespace {
  struct ns_common ns;
} RELOCATABLE;

struct nsproxy {
  struct mnt_namespace *mnt_ns;
} RELOCATABLE;

struct upid {
  int nr;
} RELOCATABLE;

struct pid {
  __u32 level;
  struct upid numbers[1];
} RELOCATABLE;

struct sched_entity {
  __u64 sum_exec_runtime;
} RELOCATABLE;

struct task_struct {
  unsigned int __state;
  __u32 flags;
  struct sched_entity se;
  struct list_head thread_node;
  struct pid *thread_pid;
  struct fs_struct *fs;
  struct nsproxy *nsproxy;
  int exit_code;
  int pid;
  int tgid;
  struct task_struct *real_parent;
  struct task_struct *group_leader;
  __u64 start_boottime;
  const struct cred *real_cred;
  char comm[16];
  struct signal_struct *signal;
  struct sighand_struct *sighand;
  struct mm_struct *mm;
  kuid_t loginuid;    /* CONFIG_AUDIT */
  __u32 sessionid;    /* CONFIG_AUDIT */
  struct css_set *cgroups; /* CONFIG_CGROUPS */
} RELOCATABLE;

/* Before Linux 5.5 the field had another name; vendor kernels with backported BPF still carry it. */
struct task_struct___before_5_5 {
  __u64 real_start_time;
} RELOCATABLE;

/* Before Linux 5.14. */
struct task_struct___before_5_14 {
  long state;
} RELOCATABLE;

struct linux_binprm {
  const char *filename;
} RELOCATABLE;

union __sifields {
  struct {
    void *_addr;
  } _sigfault;
} RELOCATABLE;

/* Older kernels spell the same fields without the anonymous struct; CO-RE looks through it. */
struct kernel_siginfo {
  struct {
    int si_code;
    union __sifields _sifields;
  };
} RELOCATABLE;

struct seq_file;

struct bpf_iter_meta {
  struct seq_file *seq;
} RELOCATABLE;

struct bpf_iter__task {
  struct bpf_iter_meta *meta;
  struct task_struct *task;
} RELOCATABLE;

#endif
