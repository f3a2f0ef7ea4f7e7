/** proc_pid_oom_score_adj(5): how readily the OOM killer takes the agent. The agent has no children that would inherit it. */
import { writeFileSync } from 'node:fs';
import { failure, success, type Result } from '../result.js';

export function setOomScoreAdj(value: number): Result<undefined> {
  try {
    writeFileSync('/proc/self/oom_score_adj', String(value));
    return success(undefined);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return failure(
      'self/oom-score-adj',
      `oom_score_adj cannot be set to ${value} (${code}): that takes CAP_SYS_RESOURCE; a systemd unit sets it with OOMScoreAdjust=.`,
    );
  }
}
