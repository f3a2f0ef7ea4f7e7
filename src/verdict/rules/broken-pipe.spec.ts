import { describe, expect, it } from 'vitest';
import { death, guard, sent, worker } from '../example.js';
import { brokenPipe } from './broken-pipe.js';

const summary = 'worker (pid 4711) was ended by SIGPIPE: it wrote to a pipe or socket that nobody reads any more';

describe('broken-pipe', () => {
  it.each([
    ['in its own name', worker],
    ['with no sender recorded', null],
  ])('knows_the_kernel_SIGPIPE_by_its_thread: %s', (_, sender) => {
    expect(brokenPipe.decide(death({ signal: 13, signals: [sent(13, sender, { thread: 4711 })] }))).toEqual({
      cause: 'BROKEN_PIPE',
      actor: { kind: 'SELF', process: worker.ref },
      confidence: 0.99,
      summary: expect.objectContaining({ en: summary }),
      evidence: [],
    });
  });

  it('is_less_sure_when_the_thread_was_not_recorded', () => {
    expect(brokenPipe.decide(death({ signal: 13, signals: [sent(13, worker, { thread: null })] }))?.confidence).toBe(
      0.7,
    );
    expect(brokenPipe.decide(death({ signal: 13, signals: [sent(13, worker)] }))).toBeNull();
  });

  it('leaves_a_sent_or_raised_SIGPIPE_to_others', () => {
    expect(brokenPipe.decide(death({ signal: 13, signals: [sent(13, guard)] }))).toBeNull();
    expect(
      brokenPipe.decide(death({ signal: 13, signals: [sent(13, worker, { code: -6, thread: 4711 })] })),
    ).toBeNull();
    expect(brokenPipe.decide(death({ signal: 13, signals: [sent(13, null)] }))).toBeNull();
  });
});
