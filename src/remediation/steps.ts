/** Every step that a job can take, as a function of the whole job: what changes, and what the trail says. No I/O, no clock. */
import type { Report } from '../contract/index.js';
import { nextWave, type Plan, type TargetState } from '../remedy/index.js';
import type {
  ApprovalRow,
  CommandRow,
  CommandState,
  JobChange,
  JobRow,
  NewEvent,
  WholeJob,
} from '../store/job.rows.js';
import { applied } from '../store/job.store.js';

/** Who acts when nobody does. */
export const server = 'whodunit';

const isOver = ({ job }: WholeJob) => job.ended_at !== null;

export function planOf(job: Pick<JobRow, 'plan'>): Plan {
  return JSON.parse(job.plan) as Plan;
}

/** @param isEnough with this one, nobody else has to say yes. */
export function approve(approval: ApprovalRow, isEnough: boolean): JobChange {
  const digest = approval.plan_digest.toString('hex');
  const events = [{ kind: 'approved', actor: approval.approved_by, detail: `Approved the plan ${digest}.` }];
  if (!isEnough) return { approval, events };
  return { approval, job: { state: 'QUEUED', detail: null }, events: [...events, queued] };
}

const queued: NewEvent = { kind: 'queued', actor: server, detail: 'Approved by all who have to: it may run.' };

/** Ends a job of which nothing was sent. Null: something was. */
export function endUnsent(
  whole: WholeJob,
  how: {
    state: 'REJECTED' | 'CANCELLED' | 'EXPIRED';
    kind: string;
    actor: string;
    detail: string;
    code?: string;
    at: Date;
  },
): JobChange | null {
  const { state, kind, actor, detail, code = null, at } = how;
  const isUntouched = whole.commands.every((command) => command.state === 'WAITING' || command.state === 'SIGNED');
  if (isOver(whole) || !isUntouched) return null;
  const commands = whole.commands.map((command) => {
    return { ...command, state: state === 'EXPIRED' ? ('EXPIRED' as const) : ('CANCELLED' as const), ended_at: at };
  });
  return { job: { state, detail, code, ended_at: at }, commands, events: [{ kind, actor, detail }] };
}

/** Of the plan's targets, those whose commands may be signed now. */
export function signable(whole: WholeJob): CommandRow[] {
  const plan = planOf(whole.job);
  const { send } = nextWave(plan, statesOf(plan, whole.commands));
  const machines = new Set(send.map((index) => plan.targets[index]!.host));
  return whole.commands.filter(({ machine_id, state }) => state === 'WAITING' && machines.has(machine_id));
}

export function sign(
  envelopes: readonly { command: CommandRow; envelope: string }[],
  at: Date,
  keyid: string,
): JobChange {
  const commands = envelopes.map(({ command, envelope }) => ({
    ...command,
    state: 'SIGNED' as const,
    envelope,
    signed_at: at,
  }));
  const events = commands.map(({ id, machine_id }) => {
    return {
      kind: 'signed',
      actor: server,
      detail: `Command ${id} for host ${machine_id} was signed with key ${keyid}.`,
    };
  });
  return { commands, events };
}

/** Written to streams from now on; also again, to an agent that came back and may not have had it. */
export function send(whole: WholeJob, hostIds: ReadonlySet<number>, at: Date): JobChange | null {
  if (isOver(whole)) return null;
  const sendable = whole.commands.filter(({ host_id, state, envelope, expires_at }) => {
    return hostIds.has(host_id) && envelope !== null && expires_at > at && isSendable(state);
  });
  if (sendable.length === 0) return null;
  const commands = sendable.map((command) => {
    const state = command.state === 'SIGNED' ? ('SENT' as const) : command.state;
    return { ...command, state, sent_at: command.sent_at ?? at, sends: command.sends + 1 };
  });
  const events = commands.map(({ id, machine_id, sends }) => {
    const again = sends > 1 ? `, for the ${sends}th time: nothing was heard of its end` : '';
    return { kind: 'sent', actor: server, detail: `Command ${id} was sent to host ${machine_id}${again}.` };
  });
  return withJob(whole, { commands, events }, at);
}

const isSendable = (state: CommandState) => state === 'SIGNED' || state === 'SENT' || state === 'RUNNING';

/** What an agent says; `boot` is of its actors. Null: it was known already, or says less than what is known. */
export function report(whole: WholeJob, told: Report, boot: number | null, at: Date): JobChange | null {
  const command = whole.commands.find(({ id }) => id === told.command);
  if (!command || !isNews(command, told)) return null;
  const { state, detail, code = null } = told;
  const isAccepted = state === 'ACCEPTED';
  const changed: CommandRow = {
    ...command,
    state: isAccepted ? 'RUNNING' : state,
    accepted_at: command.accepted_at ?? (state === 'REFUSED' ? null : at),
    ended_at: isAccepted ? null : at,
    report: told,
    detail,
    code,
  };
  const kind = isAccepted ? 'accepted' : state.toLowerCase();
  const actor = `host ${command.machine_id}`;
  const late = command.ended_at === null ? '' : ' (told late: until now nobody knew)';
  const events = [{ kind, actor, detail: `Command ${command.id}: ${detail}${code ? ` [${code}]` : ''}${late}` }];
  const actors = boot === null ? [] : actorsOf(command, told, boot);
  return withJob(whole, { commands: [changed], actors, events }, at);
}

/** What came together of one job, in order. */
export function reports(whole: WholeJob, told: readonly ToldReport[], at: Date): JobChange | null {
  let [now, all]: [WholeJob, JobChange | null] = [whole, null];
  for (const { report: one, boot } of told) {
    const change = report(now, one, boot, at);
    if (change === null) continue;
    now = applied(now, change, at);
    all = all === null ? change : followedBy(all, change);
  }
  return all;
}

export interface ToldReport {
  readonly report: Report;
  /** Of its actors. */
  readonly boot: number | null;
}

function followedBy(first: JobChange, then: JobChange): JobChange {
  const commands = new Map(
    [...(first.commands ?? []), ...(then.commands ?? [])].map((command) => [command.id, command]),
  );
  return {
    job: { ...first.job, ...then.job },
    commands: [...commands.values()],
    actors: [...(first.actors ?? []), ...(then.actors ?? [])],
    events: [...first.events, ...then.events],
  };
}

/** Where it was not said when it began: a command may take so long, of which the agent tells when. */
const unheardNs = 60_000_000_000n;

/** They acted between what the agent said before it began and what it says now. */
function actorsOf({ report: former }: CommandRow, told: Report, boot: number): NonNullable<JobChange['actors']> {
  const isOfBoot = former?.state === 'ACCEPTED' && former.bootId === told.bootId;
  const unheard = BigInt(told.steps[0]?.at ?? told.at) - unheardNs;
  const from_ns = isOfBoot ? former.at : String(unheard > 0n ? unheard : 0n);
  return told.actors.map(({ pid, start }) => {
    return { boot, pid, start_ns: start, command_id: told.command, from_ns, until_ns: told.at };
  });
}

/** An end is final, except that of which nobody knew: there a late report is welcome. */
function isNews({ state }: CommandRow, told: Report): boolean {
  if (state === 'SIGNED' || state === 'SENT') return true;
  if (state === 'RUNNING') return told.state !== 'ACCEPTED';
  return state === 'UNKNOWN' && told.state !== 'ACCEPTED' && told.state !== 'UNKNOWN';
}

/** Time has run out. Null: it has not, or changes nothing. */
export function expire(whole: WholeJob, isOverdue: (command: CommandRow) => boolean, at: Date): JobChange | null {
  const detail = 'Its deadline passed before anything was sent: the host did not listen, or nobody approved.';
  const how = { state: 'EXPIRED', kind: 'expired', actor: server, detail, code: 'remediation/expired', at } as const;
  if (whole.job.deadline <= at) {
    const ended = endUnsent(whole, how);
    if (ended) return ended;
  }
  const overdue = whole.commands.filter((command) => command.ended_at === null && isOverdue(command));
  if (overdue.length === 0) return null;
  const commands = overdue.map((command) => ({ ...command, ended_at: at, ...overdueAs(command.state) }));
  const events = commands.map(({ id, state, detail: why }) => {
    return { kind: state.toLowerCase(), actor: server, detail: `Command ${id}: ${why}` };
  });
  return withJob(whole, { commands, events }, at);
}

function overdueAs(state: CommandState): Pick<CommandRow, 'state' | 'detail' | 'code'> {
  if (state === 'WAITING' || state === 'SIGNED') {
    return { state: 'EXPIRED', detail: 'It was not sent in time.', code: 'remediation/expired' };
  }
  const what =
    state === 'SENT' ? 'Its agent never said whether it took it.' : 'Its agent took it and never said how it ended.';
  return { state: 'UNKNOWN', detail: `${what} It will not be tried again.`, code: 'remediation/unknown' };
}

/** What follows for the job from its commands: the waves stop, or it is over. */
function withJob(whole: WholeJob, change: JobChange, at: Date): JobChange {
  const plan = planOf(whole.job);
  const changed = new Map(change.commands?.map((command) => [command.id, command]));
  const now = whole.commands.map((command) => changed.get(command.id) ?? command);
  const { stopped } = nextWave(plan, statesOf(plan, now));
  const left = now.filter(({ state }) => state === 'WAITING' || state === 'SIGNED');
  if (stopped && left.length > 0) {
    const why = 'Others failed before it: the waves stopped.';
    for (const command of left) {
      const over = { ...command, state: 'CANCELLED' as const, ended_at: at, detail: why, code: 'remediation/stopped' };
      changed.set(command.id, over);
    }
  }
  const commands = whole.commands.map((command) => changed.get(command.id) ?? command);
  const job = jobAfter(whole.job, commands, at);
  const events = [...change.events];
  if (stopped && left.length > 0)
    events.push({
      kind: 'stopped',
      actor: server,
      detail: `The waves stopped: ${left.length} of ${commands.length} commands are not sent.`,
    });
  return { ...change, job, commands: [...changed.values()], events };
}

function jobAfter(job: JobRow, commands: readonly CommandRow[], at: Date): NonNullable<JobChange['job']> {
  const states = commands.map(({ state }) => state);
  if (states.includes('RUNNING')) return { state: 'RUNNING' };
  if (states.includes('SENT')) return { state: 'SENT' };
  if (states.some((state) => state === 'WAITING' || state === 'SIGNED')) {
    return { state: states.includes('SUCCEEDED') ? 'RUNNING' : 'QUEUED' };
  }
  const ended_at = job.ended_at ?? at;
  const failed = commands.filter(({ state }) => state !== 'SUCCEEDED');
  if (failed.length === 0) return { state: 'SUCCEEDED', detail: commands.at(-1)!.detail, code: null, ended_at };
  const first = failed.find(({ state }) => state !== 'CANCELLED' && state !== 'EXPIRED') ?? failed[0]!;
  const share = commands.length > 1 ? `${failed.length} of ${commands.length} hosts without success; the first: ` : '';
  return { state: 'FAILED', detail: `${share}${first.detail ?? first.state}`, code: first.code, ended_at };
}

/** The plan names hosts by machine id; a host without its command is one whose row was taken away. */
function statesOf({ targets }: Plan, commands: readonly CommandRow[]): TargetState[] {
  const states = new Map(commands.map(({ machine_id, state }) => [machine_id, state]));
  return targets.map(({ host }) => waveState(states.get(host)));
}

function waveState(state: CommandState | undefined): TargetState {
  if (state === 'WAITING') return 'WAITING';
  if (state === 'SIGNED' || state === 'SENT' || state === 'RUNNING') return 'SENT';
  return state === 'SUCCEEDED' ? 'SUCCEEDED' : 'FAILED';
}
