/**
 * A program of the probe that an interrupt meets at work on its processor is not run again there, and the kernel counts that:
 * recursion_misses of bpf_prog_info, as fdinfo shows it since Linux 5.12.
 */
import { closeSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Libbpf } from './native.js';

export class ProgramMisses {
  readonly #programs: readonly number[];
  #told: number;

  /** What the programs missed before is their earlier agent's to tell. */
  constructor(libbpf: Libbpf, folder: string) {
    this.#programs = readdirSync(folder).flatMap((name) => openProgram(libbpf, join(folder, name)) ?? []);
    this.#told = this.#count();
  }

  /** Since the last call. */
  take(): number {
    const count = this.#count();
    const missed = count - this.#told;
    this.#told = count;
    return missed;
  }

  #count(): number {
    return this.#programs.reduce((sum, fd) => sum + (readField(fd, 'recursion_misses') ?? 0), 0);
  }
}

/** The program of a pinned link. */
function openProgram(libbpf: Libbpf, pin: string): number | undefined {
  const link = libbpf.objGet(pin);
  if (link < 0) return undefined;
  try {
    const id = readField(link, 'prog_id');
    const fd = id === undefined ? -1 : libbpf.programById(id);
    return fd < 0 ? undefined : fd;
  } finally {
    closeSync(link);
  }
}

function readField(fd: number, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\t(\\d+)$`, 'm').exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
  return found === undefined ? undefined : Number(found);
}
