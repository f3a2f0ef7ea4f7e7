/** Every default of the guards, in one place; docs/decisions/2026-11-21-guards.md has the reasons. */
export interface JobLimits {
  /** Hosts of one job, whatever its requester says. */
  readonly hostsPerJobMax: number;
  /** Share of the fleet that stays healthy and undisturbed; one host at a time may always be away. */
  readonly healthyShareMin: number;
  /** After the canary, waves of this share of the job's hosts. */
  readonly waveShare: number;
  /** Failures that stop the waves. */
  readonly failuresMax: number;
  /** Deaths of one target with the same cause within an hour that a restart is not tried against. */
  readonly sameCauseMax: number;
  /** Policies stop when so many hosts, and so great a share of the fleet, are in trouble at once. */
  readonly stormHosts: number;
  readonly stormShare: number;
  /** More hosts than this make a job dangerous. */
  readonly riskyHostsMax: number;
  readonly pace: Readonly<Record<'person' | 'policy', Pace>>;
}

export interface Pace {
  /** Between two jobs on the same target of the same host. */
  readonly cooldownSeconds: number;
  readonly perTargetPerHour: number;
  readonly perHostPerHour: number;
  readonly perFleetPerHour: number;
}

export const jobLimits: JobLimits = {
  hostsPerJobMax: 500,
  healthyShareMin: 0.8,
  waveShare: 0.1,
  failuresMax: 1,
  sameCauseMax: 3,
  stormHosts: 5,
  stormShare: 0.2,
  riskyHostsMax: 10,
  pace: {
    person: { cooldownSeconds: 5, perTargetPerHour: 12, perHostPerHour: 30, perFleetPerHour: 1_000 },
    policy: { cooldownSeconds: 300, perTargetPerHour: 3, perHostPerHour: 6, perFleetPerHour: 30 },
  },
};
