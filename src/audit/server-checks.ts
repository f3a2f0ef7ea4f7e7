/** What the server knows of hosts by itself. Pure. */
import type { ServerCheck } from '../contract/index.js';
import type { CutStopRow, NewFinding } from '../store/audit.rows.js';
import type { HostRow } from '../store/rows.js';

export interface Known {
  readonly hosts: readonly HostRow[];
  readonly cutStops: readonly CutStopRow[];
  /** Of all agents of the fleet. */
  readonly versions: readonly string[];
  readonly at: Date;
}

const silentAfterMs = 300_000;
const deadAfterMs = 3_600_000;

type Found = Omit<NewFinding, 'audit_id' | 'check'>;

const aboutHost = (host: HostRow, severity: Found['severity'], facts: Found['facts']): Found => ({
  host_id: host.id,
  severity,
  key: 'host',
  subject: { kind: 'host' },
  facts,
});

export const serverJudges: Readonly<Record<ServerCheck, (known: Known) => readonly Found[]>> = {
  AGENT_LOWER_RUNG: ({ hosts }) =>
    hosts
      .filter(({ rung }) => rung !== null && rung !== 'ebpf')
      .map((host) => {
        const facts = { rung: host.rung, why: (host.blind_spots[0] ?? '').slice(0, 512) };
        return aboutHost(host, host.rung === 'procfs' ? 'WARNING' : 'INFO', facts);
      }),
  AGENT_OUTDATED: ({ hosts, versions }) => {
    const newest = versions.toSorted(compareVersions).at(-1) ?? '';
    return hosts
      .filter(({ agent_version }) => agent_version !== null && compareVersions(agent_version, newest) < 0)
      .map((host) => aboutHost(host, 'WARNING', { version: host.agent_version, newest }));
  },
  AGENT_SILENT: ({ hosts, at }) =>
    hosts.flatMap((host) => {
      const silentMs = host.last_seen_at === null ? Infinity : at.getTime() - host.last_seen_at.getTime();
      if (silentMs < silentAfterMs) return [];
      const facts = { lastSeenAt: host.last_seen_at?.toISOString() ?? null };
      return [aboutHost(host, silentMs >= deadAfterMs ? 'CRITICAL' : 'WARNING', facts)];
    }),
  STOPS_CUT_SHORT: ({ cutStops }) =>
    cutStops.map(({ host_id, unit, stops, last_at }) => ({
      host_id,
      severity: 'WARNING',
      key: unit,
      subject: { kind: 'unit', unit },
      facts: { stops, lastAt: last_at.toISOString(), days: 7 },
    })),
};

/** Dotted numbers; what follows a hyphen comes before the version without it (semver.org, 11). */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => /^([0-9.]*)(-.*)?/.exec(version)!);
  const [ours, theirs] = [left!, right!].map((match) => (match[1] ?? '').split('.').map(Number));
  for (let index = 0; index < Math.max(ours!.length, theirs!.length); index += 1) {
    const apart = (ours![index] ?? 0) - (theirs![index] ?? 0);
    if (apart !== 0) return apart;
  }
  return Number(right![2] !== undefined) - Number(left![2] !== undefined);
}
