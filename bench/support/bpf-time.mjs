/**
 * Time that the kernel spent in BPF programs. It is part of the traced load's own CPU time, and no tool's process shows it.
 *
 * Counting is on as long as the descriptor of BPF_ENABLE_STATS is open (Linux 5.8), so nothing is left switched on, not
 * even after kill -9; kernel.bpf_stats_enabled is not touched. It makes each run of a program a little slower, hence a
 * measurement of its own.
 */
import koffi from 'koffi';
import { closeSync, readFileSync } from 'node:fs';

const statsRunTime = 0;

export function openBpfTime() {
  const libbpf = koffi.load('libbpf.so.1');
  const enableStats = libbpf.func('int bpf_enable_stats(int)');
  const nextId = libbpf.func('int bpf_prog_get_next_id(uint32_t, _Out_ uint32_t*)');
  const fdById = libbpf.func('int bpf_prog_get_fd_by_id(uint32_t)');
  const stats = enableStats(statsRunTime);
  if (stats < 0) throw new Error(`BPF run times cannot be counted (errno ${-stats}).`);

  /** @param {number} id */
  function runTimeNs(id) {
    const fd = fdById(id);
    if (fd < 0) return 0;
    try {
      return Number(/^run_time_ns:\t(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? 0);
    } finally {
      closeSync(fd);
    }
  }

  /** @returns {Map<number, number>} nanoseconds by program */
  function take() {
    const times = new Map();
    const next = [0];
    for (let id = 0; nextId(id, next) === 0; id = next[0] ?? 0) times.set(next[0] ?? 0, runTimeNs(next[0] ?? 0));
    return times;
  }

  return {
    take,
    close: () => closeSync(stats),
  };
}

/** Nanoseconds between two takings, of the programs in `of`. @param {Map<number, number>} before @param {Map<number, number>} after @param {ReadonlySet<number>} of */
export function elapsedNs(before, after, of) {
  let sum = 0;
  for (const [id, ns] of after) if (of.has(id)) sum += ns - (before.get(id) ?? 0);
  return sum;
}
