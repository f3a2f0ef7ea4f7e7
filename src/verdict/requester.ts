/** Who asked, in words: `alice (ssh from 10.0.0.5, pts/3) ran "systemctl stop redis"`. */
import { escapeArguments } from './command-line.js';
import { bracketed, jobName, loginName, processInvocation, processName, sshFrom, userName } from './describe.js';
import { beforeDeath, duration } from './duration.js';
import { plainOrQuoted } from './escape.js';
import { portrait } from './evidence.js';
import type { LoginFacts, ProcessFacts } from './facts.js';
import { scheduledJob } from './scheduled-job.js';
import type { StopRequest } from './service-request.js';
import { signalName } from './signal-names.js';
import { en, nothing, same, zh, type Text } from './text.js';
import type { Evidence } from './verdict.js';

/** `alice (ssh from 10.0.0.5, pts/3) ran "systemctl stop redis"` */
export function requestPhrase(request: Pick<StopRequest, 'request'>): Text {
  const { process, signal } = request.request;
  if (signal === null) return commandPhrase(process);
  const [who, name] = [processInvocation(process), signalName(signal)];
  return { en: en`${who} sent ${name} to its service manager`, zh: zh`${who}向其服务管理器发送了 ${name}` };
}

export function commandPhrase(process: ProcessFacts): Text {
  const command = escapeArguments(process.args, process.argsCut, false) ?? plainOrQuoted(process.comm);
  const who = requesterName(process);
  return { en: en`${who} ran ${command}`, zh: zh`${who}执行了 ${command}` };
}

/** The clause before a sentence: a request that names the unit is its reason, another one may be. */
export function requestClause(request: StopRequest | null): Text {
  if (request?.named !== true) return nothing;
  const asked = requestPhrase(request);
  return { en: en`${asked}; `, zh: zh`${asked}；` };
}

/** The clause after a sentence, for what is not sure. */
export function doubtClause(request: StopRequest | null, at: bigint): Text {
  if (request === null) return { en: '; who asked for it was not seen', zh: '；未记录到发起者' };
  if (request.named) return nothing;
  const [span, asked] = [duration(at - request.request.at), requestPhrase(request)];
  return { en: en`; ${span} before, ${asked}, which may be why`, zh: zh`；${span}前，${asked}，可能与此有关` };
}

export function requestEvidence(request: StopRequest | null, diedAt: bigint): readonly Evidence[] {
  if (request === null) return [];
  const { process, at, signal } = request.request;
  const act =
    signal === null ? 'A request to stop was run by' : `${signalName(signal)} was sent to the service manager by`;
  return [{ kind: 'request', at, text: `${act} ${portrait(process)}; ${beforeDeath(at, diedAt)}.` }];
}

function requesterName(process: ProcessFacts): Text {
  const job = scheduledJob(process);
  if (job !== null) return jobName(job);
  if (process.login !== null) return person(process.login);
  const behind = process.ancestry.find(({ comm }) => !wrappers.has(comm)) ?? process.ancestry[0];
  if (behind !== undefined) return processName(behind);
  const user = userName(process);
  return user === null ? { en: 'somebody', zh: '某个进程' } : same(user);
}

/** They run what others tell them to. */
const wrappers: ReadonlySet<string> = new Set([
  'sh',
  'bash',
  'dash',
  'sudo',
  'su',
  'doas',
  'env',
  'nsenter',
  'timeout',
]);

function person(login: LoginFacts): Text {
  const { source, tty } = login;
  const from = bracketed([
    ...(source === null ? [] : [sshFrom(source)]),
    ...(tty === null ? [] : [same(plainOrQuoted(tty))]),
  ]);
  return { en: en`${loginName(login)}${from}`, zh: zh`${loginName(login)}${from}` };
}
