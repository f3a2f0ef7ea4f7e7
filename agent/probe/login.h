/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where an ssh login came from: SSH_CONNECTION, with the first exec of its session that has it. */
#ifndef WHODUNIT_LOGIN_H
#define WHODUNIT_LOGIN_H

#include "exec.h"

/* How often the processes of a login session were asked for SSH_CONNECTION; SSH_LOOKS_MAX once it was found. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 4096);
  __type(key, __u32);
  __type(value, __u32);
} ssh_looks SEC(".maps");

#define SSH_LOOKS_MAX 8
#define ENVIRONMENT_PIECES_MAX 128
enum { PIECE_BYTES = 128, SSH_NAME_BYTES = 15 };

/* "SSH_CONNECTION=", as a little-endian machine reads it. */
static __always_inline bool is_ssh_connection(const __u64 *piece) {
  return piece[0] == 0x4e4e4f435f485353ULL && (piece[1] & 0x00ffffffffffffffULL) == 0x003d4e4f49544345ULL;
}

/*
 * The value of SSH_CONNECTION in a new image's environment, without NUL, to `offset` of the record's room: of all variables the only one that leaves this
 * function. Longer ones pass in pieces.
 */
__noinline __u32 find_ssh_connection(__u64 address, __u32 offset) {
  struct mm_struct *mm = (struct mm_struct *)address;
  __u32 zero = 0;
  struct exec_scratch *exec = bpf_map_lookup_elem(&exec_scratch, &zero);
  __u64 piece[PIECE_BYTES / 8];
  unsigned long at = BPF_CORE_READ(mm, env_start);
  unsigned long end = BPF_CORE_READ(mm, env_end);
  bool within = 0;
  if (!exec || offset > FILENAME_BYTES_MAX + ARGS_BYTES_MAX)
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
      bpf_probe_read_kernel(exec->room + offset, size, (char *)piece + SSH_NAME_BYTES);
      return size;
    }
    within = length == PIECE_BYTES;
    at += within ? length - 1 : length;
  }
  return 0;
}

/* Only in a login session, and only until one of its processes had it, or some had not. */
static __always_inline __u32 ssh_of(struct task_struct *task, __u32 offset) {
  __u32 session = ~0U;
  if (bpf_core_field_exists(task->sessionid))
    session = task->sessionid;
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
  __u32 size = find_ssh_connection((__u64)BPF_CORE_READ(task, mm), offset);
  *looks = size ? SSH_LOOKS_MAX : *looks + 1;
  return size;
}

#endif
