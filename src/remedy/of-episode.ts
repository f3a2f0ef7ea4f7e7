/** What helps a process that is not dead and a problem, and what people try in vain. Nothing, once it is over. */
import type { ProcessRef } from '../contract/index.js';
import { plainOrQuoted, signalName } from '../verdict/index.js';
import type { Remedy } from './remedy.js';

export interface EpisodeToRemedy {
  readonly state: 'zombie' | 'uninterruptible' | 'stopped';
  readonly isOpen: boolean;
  readonly process: ProcessRef;
  /** Who should wait for a zombie. */
  readonly parent: ProcessRef | null;
  /** The kernel function that an uninterruptible process waits in. */
  readonly waitChannel: string | null;
  /** What stopped it. */
  readonly signal: number | null;
}

export function remediesOfEpisode(episode: EpisodeToRemedy): readonly Remedy[] {
  return episode.isOpen ? byState[episode.state](episode) : [];
}

const byState: Readonly<Record<EpisodeToRemedy['state'], (episode: EpisodeToRemedy) => readonly Remedy[]>> = {
  zombie: ({ process, parent }) => [
    { action: 'KILL_ZOMBIE_PARENT', unit: null, process: parent, ...parentAdvice(parent) },
    {
      ...{ action: 'SIGNAL_PROCESS', unit: null, process, advised: false },
      reason:
        'It is dead already: no signal, SIGKILL neither, does anything to a zombie until its parent waits for it or ends.',
    },
  ],
  uninterruptible: ({ process, waitChannel }) => [
    {
      ...{ action: 'SIGNAL_PROCESS', unit: null, process, advised: false },
      reason: `It waits in the kernel${waitChannel === null ? '' : ` (${plainOrQuoted(waitChannel)})`}, and no signal is delivered before that is over: look at the device or mount that it waits for.`,
    },
    {
      ...{ action: 'REBOOT_HOST', unit: null, process: null, advised: false },
      reason: 'The last resort, where the device or mount that it waits for does not come back.',
    },
  ],
  stopped: ({ process, signal }) => [{ action: 'RESUME_PROCESS', unit: null, process, ...resumeAdvice(signal) }],
};

type Advice = Pick<Remedy, 'advised' | 'reason'>;

function parentAdvice(parent: ProcessRef | null): Advice {
  if (parent === null) return { advised: false, reason: 'Who should wait for it is not known.' };
  if (parent.pid === 1)
    return {
      advised: false,
      reason: 'Its parent is init, which is never killed and waits for every child sooner or later.',
    };
  return {
    advised: true,
    reason: 'SIGCHLD first, then SIGTERM, then SIGKILL, until its parent waits for it or ends and init does.',
  };
}

/** SIGTSTP, SIGTTIN and SIGTTOU come from job control: signal(7). */
function resumeAdvice(signal: number | null): Advice {
  if (signal === null)
    return { advised: true, reason: 'SIGCONT lets it run on; what stopped it is not known, a debugger may hold it.' };
  const name = signalName(signal);
  if (name === 'SIGTSTP')
    return {
      advised: false,
      reason: 'Somebody stopped it at its terminal (Ctrl-Z), and can let it run on there (fg).',
    };
  if (name === 'SIGTTIN' || name === 'SIGTTOU')
    return {
      advised: false,
      reason: `It would stop again at once: it is in the background and uses its terminal (${name}).`,
    };
  return { advised: true, reason: `SIGCONT lets it run on; it was stopped by ${name}.` };
}
