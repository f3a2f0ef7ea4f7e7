/** Plays one scenario: produces it, asks until the answer is the expected one or the time is up. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { askWhoKilled } from './ask.js';
import type { Answer, Elsewhere, Expected, Produced, Scenario } from './scenario.js';
import type { Stage } from './stage.js';

const pollMs = 20;
/** An episode is told after 5 s, an OOM report when its last line has come; the rest is for a busy machine. */
const answerMsMax = 30_000;

export interface Row {
  readonly id: string;
  readonly title: string;
  /** `CAUSE by ACTOR` */
  readonly expected: string;
  readonly got: string;
  /** From the return of `produce` to the right answer. */
  readonly ms: number | null;
  /** Null: it is shown elsewhere. */
  readonly ok: boolean | null;
  /** The summary; or what is wrong; or where it is shown. */
  readonly note: string;
}

export async function play(scenario: Scenario | Elsewhere, stage: Stage): Promise<Row> {
  const { id, title } = scenario;
  if (!('produce' in scenario)) {
    const note = `${scenario.reason}; ${scenario.test}`;
    return { id, title, expected: '', got: '', ms: null, ok: null, note };
  }
  const row = { id, title, expected: inWords(scenario.expected) };
  const obstacle = scenario.obstacle?.() ?? null;
  if (obstacle !== null) return { ...row, got: '', ms: null, ok: null, note: obstacle };
  const scene = await stage.open();
  try {
    const produced = await scenario.produce(scene);
    const began = performance.now();
    const { answer, complaint } = await answerOf(
      () => (scenario.ask ?? askWhoKilled)(scene, produced),
      scenario,
      produced,
    );
    const got = answer === null ? 'nothing' : inWords(answer);
    if (complaint !== null) return { ...row, got, ms: null, ok: false, note: complaint };
    return { ...row, got, ms: Math.round(performance.now() - began), ok: true, note: answer?.summary ?? '' };
  } catch (error) {
    return { ...row, got: 'an error', ms: null, ok: false, note: String(error) };
  } finally {
    await scene.close();
  }
}

async function answerOf(ask: () => Promise<Answer | null>, { expected }: Scenario, produced: Produced) {
  const deadline = performance.now() + answerMsMax;
  for (;;) {
    const answer = await ask();
    const complaint = complaintOf(answer, expected, produced);
    if (complaint === null || performance.now() > deadline) return { answer, complaint };
    await sleep(pollMs);
  }
}

/** What is wrong with it; null where nothing is. */
function complaintOf(answer: Answer | null, expected: Expected, { actorPid, shows = [] }: Produced): string | null {
  if (answer === null) return 'it is not known at all';
  if (answer.cause !== expected.cause || answer.actor !== expected.actor) return answer.summary;
  if (actorPid !== undefined && answer.actorPid !== actorPid)
    return `it was pid ${actorPid}, not ${answer.actorPid}: ${answer.summary}`;
  const missing = [...(expected.shows ?? []), ...shows].filter((pattern) => !pattern.test(answer.text));
  return missing.length === 0 ? null : `${missing.join(' and ')} not in: ${answer.text}`;
}

export function inWords({ cause, actor }: { readonly cause: string; readonly actor: string | null }): string {
  return actor === null ? cause : `${cause} by ${actor}`;
}
