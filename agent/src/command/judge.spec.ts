import { describe, expect, it } from 'vitest';
import { commandFor, thisBoot, thisHost } from './command.fixture.js';
import { judge } from './judge.js';
import { KnownTime } from './known-time.js';

const nowMs = Date.parse('2026-11-21T10:00:00Z');
const here = { host: thisHost, bootId: thisBoot, nowMs };
const command = commandFor({ kind: 'REBOOT_HOST' }, {}, nowMs);
const code = (more: object, where = here) => {
  const judged = judge({ ...command, ...more }, where);
  return judged.ok ? undefined : judged.failure.code;
};

describe('judge', () => {
  it('takes_what_is_for_this_host_and_boot_and_moment', () => {
    expect(code({})).toBeUndefined();
    expect(code({ notBefore: '2026-11-21T10:00:20Z' })).toBeUndefined();
  });

  it.each([
    [{ host: 'f'.repeat(32) }, 'command/other-host'],
    [{ bootId: '11111111-1111-4111-8111-111111111111' }, 'command/other-boot'],
    [{ notBefore: '2026-11-21T10:00:31Z' }, 'command/not-yet'],
    [{ expiresAt: '2026-11-21T10:00:00Z' }, 'command/expired'],
  ])('refuses %j with %s', (more, expected) => {
    expect(code(more)).toBe(expected);
  });
});

describe('KnownTime', () => {
  const setUp = () => {
    const clocks = { wall: nowMs, boot: 5_000_000_000n };
    const time = new KnownTime({ wallMs: () => clocks.wall, bootNanoseconds: () => clocks.boot });
    return { clocks, time };
  };

  it('lets_nothing_become_valid_again_when_the_clock_is_set_back', () => {
    const { clocks, time } = setUp();
    time.heardServer('Sat, 21 Nov 2026 10:00:01 GMT');
    clocks.wall -= 86_400_000;
    clocks.boot += 60_000_000_000n;
    expect(time.nowMs()).toBe(nowMs + 61_000);
  });

  it('knows_from_the_signer_that_it_is_later_whatever_the_server_says', () => {
    const { clocks, time } = setUp();
    time.heardSigner(nowMs);
    clocks.wall -= 86_400_000;
    clocks.boot += 600_000_000_000n;
    time.heardServer('Fri, 20 Nov 2026 10:00:00 GMT');
    expect(time.nowMs()).toBe(nowMs + 600_000);
    time.heardSigner(nowMs - 1_000);
    expect(time.nowMs()).toBe(nowMs + 600_000);
  });

  it('forgets_what_the_server_said_when_it_says_otherwise', () => {
    const { time } = setUp();
    time.heardServer('Sun, 22 Nov 2026 10:00:00 GMT');
    expect(time.nowMs()).toBeGreaterThan(nowMs);
    time.heardServer(undefined);
    expect(time.nowMs()).toBe(nowMs);
  });
});
