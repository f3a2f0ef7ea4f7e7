/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef WHODUNIT_EXEC_H
#define WHODUNIT_EXEC_H

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
} exec_scratch SEC(".maps");

#endif
