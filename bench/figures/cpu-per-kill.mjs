/** Processor time for one spawn and kill: the tool's own, and with what its BPF programs take from the load. */
import { byTool, ours } from './figure.mjs';

const peer = 'bpftrace';

/**
 * @param {string} load @param {import('./figure.mjs').Samples} samples
 * @param {ReadonlyMap<string, readonly number[]> | undefined} bpf @returns {import('./figure.mjs').Figure[]}
 */
export function cpuPerKill(load, samples, bpf) {
  const own = byTool(samples, (sample) =>
    sample.kills > 0 && sample.cpuMs > 0 ? (1_000 * sample.cpuMs) / sample.kills : undefined,
  );
  const name = `CPU per kill, ${load}`;
  if (bpf === undefined) return [{ name: `${name}: process`, unit: 'µs', values: own, ...judge(own) }];
  const kernel = byTool(bpf, (value) => value);
  /** @type {Record<string, number | undefined>} */
  const both = {};
  for (const [tool, value] of Object.entries(own)) {
    const inKernel = kernel[tool];
    if (value !== undefined && inKernel !== undefined) both[tool] = value + inKernel;
  }
  return [
    { name: `${name}: process and BPF`, unit: 'µs', values: both, ...judge(both) },
    { name: '  of this the process', unit: 'µs', values: own },
    { name: '  of this BPF programs', unit: 'µs', values: kernel },
  ];
}

/** @param {Record<string, number | undefined>} values */
function judge(values) {
  const [mine, theirs] = [values[ours], values[peer]];
  if (mine === undefined || theirs === undefined) return { target: `≤ ${peer}` };
  return { target: `≤ ${peer}`, holds: mine <= theirs };
}
