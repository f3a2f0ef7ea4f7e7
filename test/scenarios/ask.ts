/** The questions of the gallery, by GraphQL, as a user asks them. */
import type { Answer, Produced, Scene } from './scenario.js';

const whoKilledQuery = `query ($host: String!, $pid: Int!, $at: DateTime) {
  whoKilled(host: $host, pid: $pid, at: $at) {
    exitCode signal { name } coreDumped runTime
    coreDump { path obstacle limit }
    kernelLog { topic text }
    oomReport { constraint cgroup groupKill limits { name usage limit } trigger { comm } tasks { nodes { pid comm rss oomScoreAdj } } }
    process { pid comm args parent { pid comm } ancestry { pid comm } unit container { id } }
    verdict {
      cause confidence summary evidence { kind text }
      actor { kind process { pid args } ancestry { pid comm } login { user { uid } tty sourceAddress } }
    }
  }
}`;

const historyQuery = `query ($host: String!, $pid: Int!) {
  processes(filter: { host: $host, pid: $pid }, first: 1) { nodes {
    parent { pid comm }
    signalsReceived(first: 100) { nodes { signal { name } sender { comm } disposition count } }
    episodes(first: 10) { nodes {
      state endedAt parent { pid comm } waitChannel signal { name } sender { comm args }
      remedies { action advised reason }
    } }
  } }
}`;

interface Evidence {
  readonly text: string;
}
interface Verdict {
  readonly cause: string;
  readonly summary: string;
  readonly evidence: readonly Evidence[];
  readonly actor: { readonly kind: string; readonly process: { readonly pid: number } | null };
}
export interface Episode {
  readonly state: string;
  readonly endedAt: string | null;
}
interface Life {
  readonly episodes: { readonly nodes: readonly Episode[] };
  readonly signalsReceived: { readonly nodes: readonly { readonly count: number }[] };
}

export async function askWhoKilled(
  { system }: Scene,
  { pid, host = system.host, at }: Produced,
): Promise<Answer | null> {
  const variables = { host, pid, at: at ?? null };
  const { data, errors } = await system.gql<{ whoKilled: { verdict: Verdict } }>(whoKilledQuery, variables);
  const code = errors?.[0]?.extensions.code;
  if (code === 'history/still-alive') return noDeath('ALIVE', errors?.[0]?.message ?? '', null);
  if (code === 'history/no-such-process' || code === 'history/end-not-seen') return null;
  if (data === null || errors) throw new Error(`whoKilled: ${JSON.stringify(errors)}`);
  const { verdict, ...death } = data.whoKilled;
  const { cause, summary, evidence, actor } = verdict;
  const text = [summary, ...evidence.map((one) => one.text), JSON.stringify(death), JSON.stringify(actor)].join('\n');
  return { cause, actor: actor.kind, actorPid: actor.process?.pid ?? null, summary, text };
}

/** Of one that lives: that it does, and which signals it got. */
export async function askAlive(scene: Scene, produced: Produced): Promise<Answer | null> {
  const answer = await askWhoKilled(scene, produced);
  if (answer?.cause !== 'ALIVE') return answer;
  return noDeath('ALIVE', answer.summary, await askHistory(scene, produced));
}

/** Of one that died: why, and the whole of its history too. */
export async function askWithHistory(scene: Scene, produced: Produced): Promise<Answer | null> {
  const answer = await askWhoKilled(scene, produced);
  return answer && { ...answer, text: `${answer.text}\n${JSON.stringify(await askHistory(scene, produced))}` };
}

/** The latest episode. */
export async function askEpisode(scene: Scene, produced: Produced): Promise<Answer | null> {
  const episode = (await askHistory(scene, produced))?.episodes.nodes[0];
  return episode === undefined ? null : noDeath(episode.state, JSON.stringify(episode), episode);
}

/** What is told of the host since then: the latest incident of its silence. */
export async function askSilence({ system }: Scene, { host = system.host, at }: Produced): Promise<Answer | null> {
  const query = `query ($host: String!, $at: DateTime) {
    incidents(filter: { host: $host, kind: [SILENT_HOST], since: $at }, first: 1) {
      nodes { kind state severity title summary evidence notices { nodes { change title } } }
    }
  }`;
  const { data, errors } = await system.gql<{ incidents: { nodes: { kind: string; summary: string }[] } }>(query, {
    host,
    at: at ?? null,
  });
  if (data === null || errors) throw new Error(`incidents: ${JSON.stringify(errors)}`);
  const [incident] = data.incidents.nodes;
  return incident === undefined ? null : noDeath(incident.kind, incident.summary, incident);
}

export async function askHistory({ system }: Scene, { pid, host = system.host }: Produced): Promise<Life | null> {
  const { data, errors } = await system.gql<{ processes: { nodes: Life[] } }>(historyQuery, { host, pid });
  if (data === null || errors) throw new Error(`processes: ${JSON.stringify(errors)}`);
  return data.processes.nodes[0] ?? null;
}

/** Pids of the deaths of those that have this command line and this name: shells have it in their scripts too. */
export async function deathsOf({ system }: Scene, command: string, comm: string): Promise<readonly number[]> {
  const query = `query ($host: String!, $command: String!) {
    deaths(filter: { host: $host, command: $command }) { nodes { process { pid comm } } }
  }`;
  const { data, errors } = await system.gql<{ deaths: { nodes: { process: { pid: number; comm: string } }[] } }>(
    query,
    {
      host: system.host,
      command,
    },
  );
  if (data === null || errors) throw new Error(`deaths: ${JSON.stringify(errors)}`);
  return data.deaths.nodes.filter(({ process }) => process.comm === comm).map(({ process }) => process.pid);
}

function noDeath(cause: string, summary: string, more: unknown): Answer {
  return { cause, actor: null, actorPid: null, summary, text: `${summary}\n${JSON.stringify(more)}` };
}
