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
 *   record   u64 at, u32 kind, u32 size, who           0   104 bytes, the head of every record
 *   who      u64 start, u64 parent_start               0   88 bytes
 *            u32 tgid, tid, parent, uid               16
 *            u32 euid, loginuid, sessionid, flags     32
 *            char comm[16], tty[24]                   48   both end with NUL
 *   exec     record, u32 filename_size, args_size    104
 *            u64 args_total, filename, args          112   the two strings follow at 120, one after the other
 *   fork     record                                        `who` is the child
 *   exit     record, u32 status, u32 0               104
 *   signal   record, who target                      104   `record.who` is the task that was running
 *            s32 signal, code, u32 group, result     192
 *            u32 disposition, has_address            208
 *            u64 address                             216
 *   oom      record, who target                      104   `record.who` is the task that wanted memory
 *   task     record                                        one live process, from the iterator
 *
 * Behaviour
 * - `who` is the whole process (its thread group leader); only `tid`, the credentials and the login are the thread's.
 * - A `who` with start 0 names only a tgid: kernels before 6.8 tell no more of an OOM victim.
 * - A loss counter belongs to each kind: records that found no room in the ring, the time of the first and the last.
 *   The reader sets them back to zero.
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
  RECORD_KINDS = 8, /* array size of the loss counters */
};

enum {
  WHO_KERNEL_THREAD = 1,
  WHO_DEAD = 2, /* no thread of it lives: exiting or a zombie */
};

enum { DISPOSITION_DEFAULT = 0, DISPOSITION_IGNORED = 1, DISPOSITION_CAUGHT = 2 };

enum {
  RING_BYTES = 8 * 1024 * 1024,
  ARGS_BYTES_MAX = 4096,
  FILENAME_BYTES_MAX = 4096,
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
};

struct exit_record {
  struct record head;
  __u32 status;
  __u32 zero;
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

struct loss {
  __u64 count;
  __u64 first;
  __u64 last;
};

#define AT(type, field, offset) \
  _Static_assert(__builtin_offsetof(struct type, field) == offset, #type "." #field " moved")

_Static_assert(sizeof(struct who) == 88, "who");
_Static_assert(sizeof(struct record) == 104, "record");
_Static_assert(sizeof(struct exec_record) == 120, "exec_record");
_Static_assert(sizeof(struct exit_record) == 112, "exit_record");
_Static_assert(sizeof(struct signal_record) == 224, "signal_record");
_Static_assert(sizeof(struct oom_record) == 192, "oom_record");
_Static_assert(sizeof(struct loss) == 24, "loss");
AT(who, tgid, 16);
AT(who, euid, 32);
AT(who, flags, 44);
AT(who, comm, 48);
AT(who, tty, 64);
AT(record, who, 16);
AT(exec_record, filename_size, 104);
AT(exit_record, status, 104);
AT(signal_record, target, 104);
AT(signal_record, signal, 192);
AT(signal_record, disposition, 208);
AT(signal_record, address, 216);
AT(oom_record, target, 104);

#endif
