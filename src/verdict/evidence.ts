/** Evidence that is common to all deaths, in words; the rules add what only they see. */
import { coreDumped, coreSentence } from './core-clause.js';
import { beforeDeath } from './duration.js';
import { containerName, processInvocation, processName, senderPhrase, loginName, userName } from './describe.js';
import { plainOrQuoted, quote } from './escape.js';
import { endingOf } from './ending.js';
import { escapeArguments } from './command-line.js';
import type { ContainerFacts, DeathFacts, LossFacts, ProcessFacts, SignalFacts } from './facts.js';
import { fatalSignal } from './fatal-signal.js';
import { oomReportEvidence } from './oom-evidence.js';
import { sameShotEvidence } from './same-shot.js';
import { scheduledJob } from './scheduled-job.js';
import { siCodeName } from './si-code-names.js';
import { dumpsCoreByDefault, endsByDefault, signalName, signals } from './signal-names.js';
import type { Evidence } from './verdict.js';

export function commonEvidence(facts: DeathFacts): readonly Evidence[] {
  return [
    ...signalEvidence(facts),
    ...sameShotEvidence(facts),
    ...oomEvidence(facts),
    ...oomReportEvidence(facts),
    ...kernelLogEvidence(facts),
    exitEvidence(facts),
    ...coreEvidence(facts),
  ];
}

/** The sender in full: what a person needs to find who is behind it. */
export function senderEvidence(signal: SignalFacts): readonly Evidence[] {
  if (signal.sender === null) return [];
  return [
    { kind: 'sender', at: signal.at, text: `${signalName(signal.signal)} was sent by ${portrait(signal.sender)}.` },
  ];
}

/** The task that happened to run when the kernel made the signal; often it tells why. */
export function runningEvidence(signal: SignalFacts): readonly Evidence[] {
  if (signal.running === null) return [];
  const text = `${processInvocation(signal.running, true).en} was running when the kernel made ${signalName(signal.signal)}.`;
  return [{ kind: 'signal', at: signal.at, text }];
}

export function lossEvidence(loss: LossFacts, diedAt: bigint): Evidence {
  const amount = loss.count === null ? 'An unknown number of events' : `${loss.count} ${plural(loss.count, 'event')}`;
  const stretch = `from ${beforeDeath(loss.since, diedAt)} until ${beforeDeath(loss.until, diedAt)}`;
  return {
    kind: 'loss',
    at: loss.since,
    text: `${amount} of ${loss.cgroup === null ? 'this host' : `cgroup ${plainOrQuoted(loss.cgroup)}`} lost (${plainOrQuoted(loss.cause)}) ${stretch}.`,
  };
}

export function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}

function exitEvidence(facts: DeathFacts): Evidence {
  return { kind: 'exit', at: facts.at, text: `${processName(facts.victim).en} ${manner(facts)}.` };
}

function manner(facts: DeathFacts): string {
  const ending = endingOf(facts);
  switch (ending.how) {
    case 'exited':
      return `exited with status ${ending.code}`;
    case 'signaled':
      return `was ended by ${signalName(ending.signal)} (signal ${ending.signal})`;
    case 'unseen':
      return 'ended; neither exit status nor signal was seen';
    case 'contradictory':
      return `ended with exit status ${ending.code} and by signal ${ending.signal}, which contradict each other`;
  }
}

function coreEvidence(facts: DeathFacts): readonly Evidence[] {
  const ending = endingOf(facts);
  const at = facts.coreDump?.at ?? facts.at;
  if (coreDumped(facts) || facts.coreDump !== null) return [{ kind: 'core', at, text: coreSentence(facts) }];
  if (ending.how !== 'signaled' || !dumpsCoreByDefault(ending.signal) || facts.reconstructed) return [];
  return [{ kind: 'core', at, text: `No core was dumped, although ${signalName(ending.signal)} asks for one.` }];
}

function kernelLogEvidence(facts: DeathFacts): readonly Evidence[] {
  return facts.kernelLog.map(({ at, text }) => ({
    kind: 'kernel-log',
    at,
    text: `The kernel logged ${quote(text.trim(), kernelLogCharactersMax)}.`,
  }));
}

const kernelLogCharactersMax = 512;

function oomEvidence(facts: DeathFacts): readonly Evidence[] {
  if (facts.oomKillAt === null) return [];
  const when = beforeDeath(facts.oomKillAt, facts.at);
  const text = `The kernel's OOM killer chose ${processName(facts.victim).en} as its victim ${when}.`;
  return [{ kind: 'oom', at: facts.oomKillAt, text }];
}

/** One line for each run of alike signals: a program may catch the same fault thousands of times. */
function signalEvidence(facts: DeathFacts): readonly Evidence[] {
  const deadly = fatalSignal(facts)?.signal ?? null;
  const runs: { text: string; last: SignalFacts; times: number }[] = [];
  for (const signal of facts.signals) {
    if (!endsByDefault(signal.signal)) continue;
    const text = signalText(signal, facts) + (signal === deadly ? '; this one ended it' : '');
    const run = runs.at(-1);
    if (run?.text === text) Object.assign(run, { last: signal, times: run.times + signal.count });
    else runs.push({ text, last: signal, times: signal.count });
  }
  return runs.map(({ text, last, times }) => {
    const when = `${times === 1 ? '' : `${times} times, the last `}${beforeDeath(last.until, facts.at)}`;
    return { kind: 'signal', at: last.at, text: `${text}; ${when}.` };
  });
}

function signalText(signal: SignalFacts, facts: DeathFacts): string {
  const thread = signal.thread === null || signal.thread === 'group' ? '' : ` for thread ${signal.thread}`;
  const name = `${signalName(signal.signal)} (${siCodeName(signal.signal, signal.code)})${thread}`;
  return `${name} from ${senderPhrase(signal, facts, true).en}: ${fate(signal)}`;
}

function fate(signal: SignalFacts): string {
  if (signal.result === 'ignored') return 'dropped, since the process ignored it or was already ending';
  if (signal.result === 'pending') return 'nothing new, since one was already pending';
  if (signal.result === 'overflow') return 'not delivered, since the signal queue was full';
  if (signal.signal === signals.SIGKILL) return 'cannot be caught';
  if (signal.disposition === 'caught') return 'the process had a handler for it';
  if (signal.disposition === 'ignored') return 'the process ignored it';
  return 'the process had no handler for it';
}

export function portrait(process: ProcessFacts): string {
  const { login } = process;
  const commandLine = escapeArguments(process.args, process.argsCut, true);
  const user = userName(process);
  const job = scheduledJob(process);
  return [
    processName(process).en,
    commandLine === null ? 'command line not known' : `command line ${commandLine}`,
    ...(process.argsCut ? ['cut by the sensor'] : []),
    ...(process.exe === null ? [] : [`executable ${plainOrQuoted(process.exe, Number.POSITIVE_INFINITY)}`]),
    ...(user === null ? [] : [`user ${user}`]),
    ...(login === null ? ['no login'] : [`login ${loginName(login)}`]),
    ...(login?.session == null ? [] : [`session ${login.session}`]),
    ...(login?.tty == null ? [] : [`terminal ${plainOrQuoted(login.tty)}`]),
    ...(login?.source == null ? [] : [`ssh from ${plainOrQuoted(login.source)}`]),
    ...(process.unit === null ? [] : [`unit ${plainOrQuoted(process.unit)}`]),
    ...(process.container === null ? [] : containerParts(process.container)),
    ...(job === null
      ? []
      : [`job of ${plainOrQuoted(job.scheduler)}${job.command === null ? '' : ` ${quote(job.command)}`}`]),
    ...(process.ancestry.length === 0
      ? []
      : [`started by ${process.ancestry.map((one) => processName(one).en).join(' ← ')}`]),
  ].join(', ');
}

function containerParts(container: ContainerFacts): readonly string[] {
  return [containerName(container).en, ...(container.pod === null ? [] : [`pod ${plainOrQuoted(container.pod)}`])];
}
