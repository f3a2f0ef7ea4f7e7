/** The programs and sockets by which services are restarted: a closed list, no shell, arguments as they are. */
import type { Report } from '../contract.js';
import type { Result } from '../result.js';

/** Where each may be, the first that is there and trustworthy counts. Nothing else is ever started. */
export const programs = {
  systemctl: ['/usr/bin/systemctl', '/bin/systemctl'],
  service: ['/usr/sbin/service', '/sbin/service'],
  supervisorctl: ['/usr/bin/supervisorctl', '/usr/local/bin/supervisorctl'],
  reboot: ['/usr/sbin/reboot', '/sbin/reboot'],
} as const;

export type Program = keyof typeof programs;

/** Docker's API; podman speaks it too. */
export const sockets = {
  docker: ['/run/docker.sock', '/var/run/docker.sock'],
  podman: ['/run/podman/podman.sock'],
} as const;

export type Engine = keyof typeof sockets;

export interface Ran {
  /** Undefined when it was ended: out of time, or by somebody else. */
  readonly exitCode: number | undefined;
  readonly output: string;
  readonly actor: Report['actors'][number] | undefined;
}

export interface EngineReply {
  readonly status: number;
  readonly body: unknown;
}

/** run-tools.ts; in tests a machine that exists on paper. Failures are of doing it at all. */
export interface Tools {
  run(program: Program, args: readonly string[], timeoutMs: number): Promise<Result<Ran>>;
  ask(engine: Engine, method: 'GET' | 'POST', path: string, timeoutMs: number): Promise<Result<EngineReply>>;
  /** First lines of small files; undefined where there is none. */
  readPidFile(service: string): number | undefined;
  hasInitScript(service: string): boolean;
}
