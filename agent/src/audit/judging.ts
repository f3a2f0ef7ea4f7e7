/** What several checks say alike. Pure. */
import type { Draft, Facts, ProcessFacts } from './facts.js';

export const sigterm = 15;
export const sigchld = 17;

export const has = (set: bigint, signal: number): boolean => (set & (1n << BigInt(signal - 1))) !== 0n;

export const isService = ({ unit }: ProcessFacts): boolean =>
  unit !== undefined && unit.endsWith('.service') && !unit.startsWith('user@');

/** Runs for itself, without anybody at a terminal: a service's process, or one that only init is left for. */
export function isDaemon(process: ProcessFacts, { longLivedSeconds }: Facts): boolean {
  if (process.kernelThread || process.exe === undefined || process.hasTerminal || process.pid === 1) return false;
  return isService(process) || (process.parentPid === 1 && process.ageSeconds >= longLivedSeconds);
}

/** The main process of a service, or a daemon of its own: children that a server starts are its own affair. */
export function isMain(process: ProcessFacts, facts: Facts): boolean {
  if (!isDaemon(process, facts)) return false;
  return process.parentPid === 1 || facts.units?.some(({ mainPid }) => mainPid === process.pid) === true;
}

/** Somebody else's affair: in a container or a booted machine, whose units are not this host's. */
export const isElsewhere = ({ inContainer, innermostPid, pid }: ProcessFacts): boolean =>
  inContainer || innermostPid !== pid;

export const programOf = ({ exe, comm }: Pick<ProcessFacts, 'exe' | 'comm'>): string => exe?.split('/').at(-1) ?? comm;

/** Services without which a host is of no use, or nobody gets in. */
const critical =
  /^(ssh|sshd|cron|crond|docker|containerd|kubelet|k3s|k3s-agent|crio|podman|nginx|apache2|httpd|haproxy|envoy|caddy|traefik|postgresql|postgres|mysql|mysqld|mariadb|mariadbd|mongod|redis|redis-server|memcached|rabbitmq-server|kafka|elasticsearch|opensearch|etcd|consul|vault|nomad|named|unbound|chronyd|chrony|ntpd|ntp|rsyslog|rsyslogd|auditd|whodunit-agent)([@.-]|$)/;

export const isCritical = (name: string | undefined): boolean => name !== undefined && critical.test(name);

/** One draft for all that run the same program in the same unit: the first, and how many there are. */
export function onePerProgram(
  processes: readonly ProcessFacts[],
  draft: (process: ProcessFacts) => Omit<Draft, 'subject'>,
): readonly Draft[] {
  const groups = new Map<string, ProcessFacts[]>();
  for (const process of processes) {
    const key = `${process.unit ?? ''}\0${process.exe ?? process.comm}`;
    groups.set(key, [...(groups.get(key) ?? []), process]);
  }
  return [...groups.values()].map((alike) => {
    const [process] = alike as [ProcessFacts];
    const { severity, facts } = draft(process);
    return { severity, subject: { kind: 'process', process }, facts: { ...facts, alike: alike.length } };
  });
}

export const aboutProcess = (process: ProcessFacts, severity: Draft['severity'], facts: Draft['facts']): Draft => ({
  severity,
  subject: { kind: 'process', process },
  facts,
});

export const aboutHost = (severity: Draft['severity'], facts: Draft['facts']): Draft => ({
  severity,
  subject: { kind: 'host' },
  facts,
});

export const aboutUnit = (unit: string, severity: Draft['severity'], facts: Draft['facts']): Draft => ({
  severity,
  subject: { kind: 'unit', unit },
  facts,
});

/** How much of a limit is used. */
export const full = { warning: 0.8, critical: 0.95 } as const;

export const severityOf = (share: number): 'WARNING' | 'CRITICAL' => (share >= full.critical ? 'CRITICAL' : 'WARNING');

export const percent = (share: number): number => Math.round(share * 100);
