/**
 * What becomes of a crash's core dump: core_pattern that says nowhere, a handler that is not there or throws it away, systemd-coredump
 * told to store none or to cut, or a file in whatever directory the process is in. core(5), coredump.conf(5).
 */
import type { Check, Draft, HostFacts } from '../facts.js';
import { aboutHost } from '../judging.js';

export const coreDumpsLost: Check = {
  needs: [],
  judge({ host }) {
    const pattern = host.settings.get('kernel.core_pattern');
    if (pattern === undefined) return [];
    if (pattern === '' && host.settings.get('kernel.core_uses_pid') !== '1')
      return [aboutHost('WARNING', { corePattern: pattern, lost: 'the pattern is empty' })];
    if (!pattern.startsWith('|')) return ofFile(pattern);
    const program = pattern.slice(1).trimStart().split(/\s/)[0] ?? '';
    if (/\/(false|true)$/.test(program))
      return [aboutHost('WARNING', { corePattern: pattern, lost: 'the handler throws them away' })];
    if (!host.coreHandlerExists)
      return [aboutHost('CRITICAL', { corePattern: pattern, lost: 'the handler is not there' })];
    return program.endsWith('/systemd-coredump') ? ofSystemd(host) : [];
  },
};

function ofFile(pattern: string): readonly Draft[] {
  return pattern.startsWith('/')
    ? []
    : [aboutHost('INFO', { corePattern: pattern, lost: 'where the process cannot write to its directory' })];
}

function ofSystemd({ coredumpConfig, settings }: HostFacts): readonly Draft[] {
  const corePattern = settings.get('kernel.core_pattern') ?? '';
  const storage = coredumpConfig?.get('Storage') ?? 'external';
  const largest = coredumpConfig?.get('ProcessSizeMax');
  if (storage === 'none') return [aboutHost('WARNING', { corePattern, storage, lost: 'Storage=none keeps none' })];
  if (largest === '0') return [aboutHost('WARNING', { corePattern, largest, lost: 'ProcessSizeMax=0 keeps none' })];
  return largest !== undefined && /^\d+[KM]?$/.test(largest)
    ? [aboutHost('INFO', { corePattern, largest, lost: 'those of larger processes are not kept' })]
    : [];
}
