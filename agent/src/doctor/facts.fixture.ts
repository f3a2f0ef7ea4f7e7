/** A host with which nothing is wrong. */
import { success } from '../result.js';
import type { Facts } from './facts.js';

export const goodFacts: Facts = {
  kernel: {
    euid: 0,
    capabilities: 0x1ff_ffff_ffffn,
    release: '6.18.44',
    hasBtf: true,
    libc: success(undefined),
    libbpf: success(undefined),
    bpffs: 'mounted',
    tracefs: 'known',
    lockdown: '[none] integrity confidentiality\n',
    inInitialPidNamespace: true,
  },
  host: {
    hidepid: undefined,
    kernelLog: success(undefined),
    loginUid: '1000',
    cgroups: { versions: [2], memory: 2 },
    hasSystemd: true,
    corePattern: '|/usr/lib/systemd/systemd-coredump %P %u %g %s %t %c %h',
    coreUsesPid: false,
  },
  stateDir: {
    path: '/var/lib/whodunit-agent',
    exists: true,
    obstacle: undefined,
    freeBytes: 2 ** 30,
    spoolBytesMax: 2 ** 28,
    lock: { state: 'free' },
  },
  api: {
    url: 'https://whodunit.example/',
    proxy: undefined,
    health: { status: 200, skewMs: 400 },
    credential: 'accepted',
  },
  sensor: { rung: 'ebpf', asked: 'auto', reasons: [], leftBehind: undefined },
};
