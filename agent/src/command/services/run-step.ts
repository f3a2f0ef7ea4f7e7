/** One program run, as a step. */
import { limits } from '../../contract.js';
import type { Context } from '../context.js';
import type { Program } from '../tools.js';
import type { Restarted } from './manager.js';

export async function runStep(
  program: Program,
  args: readonly string[],
  timeoutMs: number,
  { tools, steps }: Context,
): Promise<Restarted> {
  const ran = await tools.run(program, args, timeoutMs);
  const shown = [program, ...args].join(' ');
  if (!ran.ok) {
    steps.add(`${shown}: ${ran.failure.sentence}`, false);
    return { ok: false, said: ran.failure.sentence, actors: [] };
  }
  const { exitCode, output, actor } = ran.value;
  const ended = exitCode === undefined ? 'it was ended, or out of time' : `status ${exitCode}`;
  steps.add(`${shown}: ${ended}`, exitCode === 0);
  return { ok: exitCode === 0, said: firstLines(output) || ended, actors: actor === undefined ? [] : [actor] };
}

function firstLines(output: string): string {
  return output
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .slice(0, limits.stepCharactersMax);
}
