/** Trouble that is no death: what lasts, what is silent, what is missing, what was left to people. Pure. */
import type {
  TroubleEpisodeRow,
  TroubleEscalationRow,
  TroubleHostRow,
  TroubleLossRow,
  TroubleRows,
} from '../store/incident.rows.js';
import { episodeId } from '../store/rows.js';
import { plainOrQuoted, type Text } from '../verdict/index.js';
import { deathTrouble, hostOf, subjectOf, type Trouble } from './trouble.js';

/** @param at now: what lasts, or is silent, has been noticed */
export function troublesOf(rows: TroubleRows, at: Date): readonly Trouble[] {
  const hosts = rows.hosts.flatMap((host) => silence(host, at) ?? []);
  return [
    ...rows.deaths.flatMap((death) => deathTrouble(death) ?? []),
    ...rows.episodes.flatMap((episode) => episodeTrouble(episode, at) ?? []),
    ...rows.losses.map(lossTrouble),
    ...rows.escalations.map(escalationTrouble),
    ...hosts,
  ];
}

/** What is over by now is none. */
function episodeTrouble(episode: TroubleEpisodeRow, at: Date): Trouble | null {
  if (episode.ended_at !== null) return null;
  const { state, pid, comm, parent_pid, wait_channel, started_at } = episode;
  // The parent of zombies is who has to be dealt with.
  const isParents = state === 'zombie' && parent_pid !== null;
  const subject = isParents
    ? { unit: episode.parent_unit, exe: episode.parent_exe, comm: episode.parent_comm ?? '' }
    : episode;
  const who = `${plainOrQuoted(comm)} (pid ${pid})`;
  const parent = `${plainOrQuoted(episode.parent_comm ?? '?')} (pid ${parent_pid})`;
  const since = started_at.toISOString();
  const channel = wait_channel === null ? [] : [`It waits in ${plainOrQuoted(wait_channel)}.`];
  return {
    kind: 'EPISODE',
    ref: episodeId(episode),
    at,
    host: hostOf(episode),
    ...subjectOf(subject),
    cause: state.toUpperCase(),
    severity: state === 'uninterruptible' ? 'ERROR' : 'WARNING',
    summary: episodeSummary(state, { who, parent: isParents ? parent : null, since }),
    evidence: [`${who} has been ${state} since ${since}.`, ...channel],
  };
}

interface Who {
  readonly who: string;
  readonly parent: string | null;
  readonly since: string;
}

function episodeSummary(state: TroubleEpisodeRow['state'], { who, parent, since }: Who): Text {
  if (state === 'zombie' && parent !== null)
    return {
      en: `${who} has been a zombie since ${since}: its parent ${parent} does not wait for it.`,
      zh: `${who} 自 ${since} 起是僵尸进程：其父进程 ${parent} 没有回收它。`,
    };
  if (state === 'zombie')
    return { en: `${who} has been a zombie since ${since}.`, zh: `${who} 自 ${since} 起是僵尸进程。` };
  if (state === 'stopped')
    return { en: `${who} has been stopped since ${since}.`, zh: `${who} 自 ${since} 起处于停止状态。` };
  return {
    en: `${who} has been uninterruptible since ${since}: no signal helps, what it waits for has to be mended.`,
    zh: `${who} 自 ${since} 起处于不可中断状态：任何信号都无效，须修复它所等待的东西。`,
  };
}

function lossTrouble({ id, since, until, cause, count, cgroup, ...row }: TroubleLossRow): Trouble {
  const host = hostOf(row);
  const [from, to] = [since.toISOString(), until.toISOString()];
  const many =
    count === null ? { en: 'Events', zh: '数目不明的事件' } : { en: `${count} events`, zh: `${count} 个事件` };
  const name = plainOrQuoted(host.name);
  return {
    kind: 'LOSS',
    ref: String(id),
    at: until,
    host,
    unit: null,
    exe: null,
    cause,
    severity: cause === 'throttled' ? 'INFO' : 'WARNING',
    summary: {
      en: `${many.en} of ${name} between ${from} and ${to} are missing (${cause}): answers about that time say so.`,
      zh: `${name} 缺少 ${from} 至 ${to} 之间的${count === null ? '' : ' '}${many.zh}（${cause}）：涉及这段时间的回答会注明。`,
    },
    evidence: cgroup === null ? [] : [`Only of the cgroup ${plainOrQuoted(cgroup, 255)}.`],
  };
}

function escalationTrouble({ id, at, policy, target, unit, text, ...row }: TroubleEscalationRow): Trouble {
  const who = plainOrQuoted(policy);
  return {
    kind: 'BREAKER',
    ref: String(id),
    at,
    host: hostOf(row),
    unit,
    exe: unit === null ? target : null,
    cause: policy,
    severity: 'CRITICAL',
    summary: {
      en: text,
      zh: `策略 ${who} 不再处理 ${plainOrQuoted(row.host_name)} 上的 ${plainOrQuoted(target)}，须由人处理。`,
    },
    evidence: [text],
  };
}

/** Null: it has never been heard. */
function silence(row: TroubleHostRow, at: Date): Trouble | null {
  const { last_seen_at, stream_seen_at, agent_stopped_at } = row;
  const heard = latest(last_seen_at, stream_seen_at);
  if (heard === null) return null;
  const host = hostOf(row);
  return {
    kind: 'SILENT_HOST',
    ref: `${host.id}@${heard.getTime()}`,
    at,
    host,
    unit: null,
    exe: null,
    cause: null,
    severity: 'ERROR',
    summary: silenceSummary(plainOrQuoted(host.name), heard, agent_stopped_at),
    evidence: [
      said('The last batch of events was stored', last_seen_at),
      said('Its command stream was last open', stream_seen_at),
      agent_stopped_at === null
        ? 'The agent has not said goodbye.'
        : `The agent said goodbye at ${agent_stopped_at.toISOString()}.`,
      ...(row.booted_at === null ? [] : [`The host's last known boot was at ${row.booted_at.toISOString()}.`]),
      ...(row.agent_version === null
        ? []
        : [`The agent is ${plainOrQuoted(row.agent_version)}, rung ${row.rung ?? '?'}.`]),
    ],
  };
}

function silenceSummary(name: string, heard: Date, stopped: Date | null): Text {
  const since = heard.toISOString();
  if (stopped !== null)
    return {
      en: `Nothing has been heard of ${name} since ${since}: its agent was stopped in order at ${stopped.toISOString()}. What happens there now is not known, and is told when the agent runs again.`,
      zh: `自 ${since} 起没有 ${name} 的任何消息：其代理已于 ${stopped.toISOString()} 正常停止。那里现在发生什么尚不清楚，代理恢复运行后补报。`,
    };
  return {
    en: `Nothing has been heard of ${name} since ${since}, and its agent did not say goodbye: the agent, the host or the network between has failed. Which of them is not known, and what happened there since is told when it is heard again.`,
    zh: `自 ${since} 起没有 ${name} 的任何消息，其代理也没有道别：代理、主机或其间的网络出了故障。究竟是哪一个尚不清楚，此后发生的事在恢复联系后补报。`,
  };
}

function said(what: string, at: Date | null): string {
  return at === null ? `${what} never.` : `${what} at ${at.toISOString()}.`;
}

function latest(...times: readonly (Date | null)[]): Date | null {
  return times.reduce((last, time) => (last === null || (time !== null && time > last) ? time : last), null);
}
