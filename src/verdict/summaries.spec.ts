/**
 * The sentences of the engine, for people to read: what an engineer on call sees, in both languages. A change shows in summaries.txt
 * (`npx vitest run --project unit src/verdict/summaries.spec.ts -u`).
 */
import { expect, it } from 'vitest';
import { decide } from './decide.js';
import type { DeathFacts } from './facts.js';
import { tellingDeaths } from './telling-deaths.js';
import { tellingStops } from './telling-stops.js';

it('are_sentences_that_an_engineer_can_act_on', async () => {
  const stops = Object.entries(tellingStops).map(([name, [, facts]]): [string, DeathFacts] => [name, facts]);
  const paragraphs = [...Object.entries(tellingDeaths), ...stops].map(([name, facts]) => {
    const { cause, actor, confidence, summary } = decide(facts);
    return `${name}: ${cause} by ${actor.kind}, ${confidence}\n  ${summary.en}\n  ${summary.zh}\n`;
  });
  await expect(paragraphs.join('\n')).toMatchFileSnapshot('./summaries.txt');
});
