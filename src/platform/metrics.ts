/** Prometheus metrics of one process, `GET /metrics`. Labels are bounded: never a pid, a comm or a host. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export const registry = new Registry();
collectDefaultMetrics({ register: registry });

export const metrics = {
  eventsStored: new Counter({
    name: 'whodunit_events_stored_total',
    help: 'Events committed to Postgres.',
    labelNames: ['kind'],
    registers: [registry],
  }),
  eventsSkipped: new Counter({
    name: 'whodunit_events_skipped_total',
    help: 'Events received again after they were committed.',
    registers: [registry],
  }),
  batchSeconds: new Histogram({
    name: 'whodunit_batch_commit_seconds',
    help: 'From a decoded batch to its commit.',
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  }),
  deathSubscribers: new Gauge({
    name: 'whodunit_death_subscribers',
    help: 'Subscriptions to deaths that are open.',
    registers: [registry],
  }),
  episodeSubscribers: new Gauge({
    name: 'whodunit_episode_subscribers',
    help: 'Subscriptions to episodes that are open.',
    registers: [registry],
  }),
  jobSubscribers: new Gauge({
    name: 'whodunit_job_subscribers',
    help: 'Subscriptions to jobs that are open.',
    registers: [registry],
  }),
  incidentSubscribers: new Gauge({
    name: 'whodunit_incident_subscribers',
    help: 'Subscriptions to incidents that are open.',
    registers: [registry],
  }),
  notices: new Counter({
    name: 'whodunit_notices_total',
    help: 'Notices of incidents, by what they tell.',
    labelNames: ['change'],
    registers: [registry],
  }),
  auditSubscribers: new Gauge({
    name: 'whodunit_audit_subscribers',
    help: 'Subscriptions to audits that are open.',
    registers: [registry],
  }),
  commandStreams: new Gauge({
    name: 'whodunit_command_streams',
    help: 'Hosts that listen for commands at this process.',
    registers: [registry],
  }),
  verdictsOutdated: new Gauge({
    name: 'whodunit_verdicts_outdated',
    help: 'Verdicts of an older engine, to be decided again; at most 100,000 are counted. Of the whole fleet: aggregate with max.',
    registers: [registry],
  }),
  verdicts: new Counter({
    name: 'whodunit_verdicts_total',
    help: 'Deaths decided, decided again included.',
    labelNames: ['cause'],
    registers: [registry],
  }),
};

const ledgerCounter = (name: string, help: string, ...labelNames: string[]) =>
  new Counter({ name, help: `${help} Of the whole fleet: aggregate with max.`, labelNames, registers: [registry] });

/** Set at each scrape (src/edge/ledger.metrics.ts): read = stored + rejected + dropped on a host that balances. */
export const ledgerMetrics = {
  read: ledgerCounter('whodunit_ledger_read_total', 'Events that agents numbered.', 'stream'),
  stored: ledgerCounter('whodunit_ledger_stored_total', 'Events in the database.', 'stream'),
  rejected: ledgerCounter('whodunit_ledger_rejected_total', 'Events that the API refused for good.', 'stream'),
  dropped: ledgerCounter('whodunit_ledger_dropped_total', 'Events lost by agents.', 'stream', 'cause'),
  kernelLost: ledgerCounter('whodunit_ledger_kernel_lost_total', 'Records lost by kernels.', 'stream', 'cause'),
  unbalancedHosts: new Gauge({
    name: 'whodunit_ledger_unbalanced_hosts',
    help: 'Hosts whose ledger does not balance: a defect. Of the whole fleet: aggregate with max.',
    registers: [registry],
  }),
};
