/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Records: what the probe says to the agent. agent/src/kernel/record.ts decodes the same layout.
 *
 * Constraints
 * - Little-endian; every field at its natural alignment; no implicit padding (the asserts below pin every size).
 * - Times are nanoseconds of CLOCK_BOOTTIME.
 * - A record is self-contained: it names every process that it mentions completely enough to be told from any other
 *   life of the same pid on this boot.
 * - `size` counts the whole record. A reader skips kinds that it does not know and bytes that it does not expect.
 *
 * Layout                                             offset
 *   record   u64 at, u32 kind, u32 size, who           0   120 bytes, the head of every record
 *   who      u64 start, u64 parent_start               0   104 bytes
 *            u32 tgid, tid, parent, uid               16
 *            u32 euid, loginuid, sessionid, flags     32
 *            char comm[16], tty[24]                   48   both end with NUL
 *            u64 cgroup, u32 hierarchy, u32 0         88
 *   exec     record, u32 filename_size, args_size    120
 *            u64 args_total                          128
 *            u32 ssh_size, u32 0                     136
 *            filename, args, ssh                     144   three strings without NUL, one after the other
 *   fork     record                                        `who` is the child
 *   exit     record, u32 status, u32 0               120
 *            u64 cpu_time, peak_rss                  128   nanoseconds; pages; 0 is not known
 *   signal   record, who target                      120   `record.who` is the task that was running
 *            s32 signal, code, u32 group, result     224
 *            u32 disposition, has_address            240
 *            u64 address                             248
 *   oom      record, who target                      120   `record.who` is the task that wanted memory
 *   task     record                                        one live process, from the iterator
 *   cgroup   record, u64 id, u32 hierarchy, path_size 120  a cgroup was made; the path follows at 136, without NUL
 *   core     record, u64 limit, u32 status, pid      120   follows the exit of a signal that asks for a core dump
 *            u32 mount_namespace, dumpable           136   `pid` is the innermost namespace's; dumpable as PR_GET_DUMPABLE
 *            u32 cwd_size, u32 0                     144     gives it, ~0: not known
 *            cwd                                     152   names from the innermost up, each with its NUL
 *   limit    record, s32 signal, u32 resource        120   precedes the signal that the kernel made for it, with the same `at`;
 *            u64 soft, hard                          128     `who` is its target; the number and unit of setrlimit(2), ~0:
 *            u64 cpu_time                            144     unlimited. Nanoseconds that it had run; 0 is not known
 *
 * Behaviour
 * - `who` is the whole process (its thread group leader); only `tid`, credentials, login and cgroup are the thread's.
 * - A cgroup is named (hierarchy, id): the hierarchy's number as in /proc/PID/cgroup (0 is version 2), the id is the inode
 *   of its directory and never comes back during a boot. Of the many that a process is in on a version 1 host, it is the
 *   one that tells most: cgroup_of() in whodunit.bpf.c. Id 0 is the root of all; without WHO_CGROUP nothing is known.
 * - A `who` with start 0 names only a tgid: kernels before 6.8 tell no more of an OOM victim.
 * - `ssh` is the value of SSH_CONNECTION, in the first exec of a login session that has it; empty in all others.
 * - A loss counter belongs to each kind: records that found no room in the ring, the time of the first and the last.
 *   The reader sets them back to zero.
 * - Beside the ring are counts of what was not recorded one by one: flood.h, throttle.h.
 *
 * Change
 * - The layout's number is in the name of the ring's pin (agent/src/source/pins.ts). It stays as long as an older agent can
 *   read what a newer probe wrote and the other way round: kinds are added, and fields at the end of records without a
 *   tail; the reader takes what the record's size says is there. `at`, `kind` and `size` keep their places for ever.
 */
#ifndef WHODUNIT_RECORD_H
#define WHODUNIT_RECORD_H

enum record_kind {
  RECORD_EXEC = 1,
  RECORD_FORK = 2,
  RECORD_EXIT = 3,
  RECORD_SIGNAL = 4,
  RECORD_OOM = 5,
  RECORD_TASK = 6,
  RECORD_CGROUP = 7,
  RECORD_CORE = 8,
  RECORD_LIMIT = 9,
  RECORD_KINDS = 16, /* array size of the loss counters */
};

enum {
  WHO_KERNEL_THREAD = 1,
  WHO_DEAD = 2, /* no thread of it lives: exiting or a zombie */
  WHO_CGROUP = 4, /* the cgroup is known */
};

enum { DISPOSITION_DEFAULT = 0, DISPOSITION_IGNORED = 1, DISPOSITION_CAUGHT = 2 };

enum {
  RING_BYTES = 8 * 1024 * 1024,
  ARGS_BYTES_MAX = 4096,
  FILENAME_BYTES_MAX = 4096,
  SSH_BYTES_MAX = 128, /* two IPv6 addresses, two ports */
  CGROUP_PATH_BYTES_MAX = 1024, /* TRACE_CGROUP_PATH_LEN: the tracepoint gives no more */
  CWD_BYTES_MAX = 1024,
};

struct who {
  __u64 start;
  __u64 parent_start;
  __u32 tgid;
  __u32 tid;
  __u32 parent;
  __u32 uid;
  __u32 euid;
  __u32 loginuid;
  __u32 sessionid;
  __u32 flags;
  char comm[16];
  char tty[24];
  __u64 cgroup;
  __u32 hierarchy;
  __u32 zero;
};

struct record {
  __u64 at;
  __u32 kind;
  __u32 size;
  struct who who;
};

struct exec_record {
  struct record head;
  __u32 filename_size;
  __u32 args_size;
  __u64 args_total;
  __u32 ssh_size;
  __u32 zero;
};

struct exit_record {
  struct record head;
  __u32 status;
  __u32 zero;
  __u64 cpu_time;
  __u64 peak_rss;
};

struct signal_record {
  struct record head;
  struct who target;
  __s32 signal;
  __s32 code;
  __u32 group;
  __s32 result;
  __u32 disposition;
  __u32 has_address;
  __u64 address;
};

struct oom_record {
  struct record head;
  struct who target;
};

struct cgroup_record {
  struct record head;
  __u64 id;
  __u32 hierarchy;
  __u32 path_size;
};

struct core_record {
  struct record head;
  __u64 limit;
  __u32 status;
  __u32 pid;
  __u32 mount_namespace;
  __u32 dumpable;
  __u32 cwd_size;
  __u32 zero;
};

struct limit_record {
  struct record head;
  __s32 signal;
  __u32 resource;
  __u64 soft;
  __u64 hard;
  __u64 cpu_time;
};

struct loss {
  __u64 count;
  __u64 first;
  __u64 last;
};

#define AT(type, field, offset) \
  _Static_assert(__builtin_offsetof(struct type, field) == offset, #type "." #field " moved")

_Static_assert(sizeof(struct who) == 104, "who");
_Static_assert(sizeof(struct record) == 120, "record");
_Static_assert(sizeof(struct exec_record) == 144, "exec_record");
_Static_assert(sizeof(struct exit_record) == 144, "exit_record");
_Static_assert(sizeof(struct signal_record) == 256, "signal_record");
_Static_assert(sizeof(struct oom_record) == 224, "oom_record");
_Static_assert(sizeof(struct cgroup_record) == 136, "cgroup_record");
_Static_assert(sizeof(struct core_record) == 152, "core_record");
_Static_assert(sizeof(struct limit_record) == 152, "limit_record");
_Static_assert(sizeof(struct loss) == 24, "loss");
AT(who, tgid, 16);
AT(who, euid, 32);
AT(who, flags, 44);
AT(who, comm, 48);
AT(who, tty, 64);
AT(who, cgroup, 88);
AT(record, who, 16);
AT(exec_record, filename_size, 120);
AT(exec_record, ssh_size, 136);
AT(exit_record, status, 120);
AT(exit_record, cpu_time, 128);
AT(signal_record, target, 120);
AT(signal_record, signal, 224);
AT(signal_record, disposition, 240);
AT(signal_record, address, 248);
AT(oom_record, target, 120);
AT(cgroup_record, id, 120);
AT(core_record, limit, 120);
AT(core_record, pid, 132);
AT(limit_record, resource, 124);
AT(limit_record, soft, 128);
AT(limit_record, cpu_time, 144);

#endif
