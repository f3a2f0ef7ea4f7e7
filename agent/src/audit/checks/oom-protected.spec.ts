import { expect, it } from 'vitest';
import type { Facts, ProcessFacts } from '../facts.js';
import { readProcess } from '../read-process.js';
import { oomProtected } from './oom-protected.js';

/** This very process, as it would be with another oom_score_adj: to set a low one takes CAP_SYS_RESOURCE. */
const own = readProcess(process.pid, { needs: new Set(['oom']), bootNs: 0n, nameOfUser: () => undefined })!.process;

const judge = (...processes: ProcessFacts[]) => oomProtected.judge({ processes, agentPid: 0 } as unknown as Facts);

it('finds_what_the_oom_killer_must_leave_alone_and_should_not', () => {
  expect(judge(own)).toEqual([]);
  expect(judge({ ...own, oomScoreAdj: -1000 })).toMatchObject([{ severity: 'WARNING', facts: { oomScoreAdj: -1000 } }]);
  expect(judge({ ...own, oomScoreAdj: -900 })).toMatchObject([{ severity: 'INFO' }]);
});

it('leaves_those_alone_that_keep_the_host_going', () => {
  for (const exe of [
    '/usr/sbin/sshd',
    '/usr/lib/systemd/systemd-udevd',
    '/usr/bin/containerd-shim-runc-v2',
    '/usr/bin/conmon',
  ])
    expect(judge({ ...own, exe, oomScoreAdj: -1000 })).toEqual([]);
  expect(judge({ ...own, kernelThread: true, oomScoreAdj: -1000 })).toEqual([]);
});
