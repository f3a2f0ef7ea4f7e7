/** What the agent will do, in words, in order. */
import type { CommandAction, ServiceManager } from '../contract/index.js';
import { plainOrQuoted, signalName } from '../verdict/index.js';
import type { TargetProcessFacts } from './job-facts.js';
import { processName } from './words.js';

export function stepsOf(action: CommandAction, process: TargetProcessFacts | null): readonly string[] {
  const name = process === null ? 'the process' : processName(process);
  const identify = `Open ${name} by pidfd, and go on only if its start time and cgroup are those of the plan.`;
  switch (action.kind) {
    case 'RESTART_SERVICE':
      return [
        `Ask ${managers[action.manager]} to restart ${plainOrQuoted(action.service)}.`,
        'Look whether it runs, with another main process than before.',
      ];
    case 'KILL_ZOMBIE_PARENT': {
      const { length } = action.zombies;
      const gone = `whether its ${length === 1 ? 'zombie is' : `${length} zombies are`} gone`;
      return [
        identify,
        `Send SIGCHLD to it, wait, and look ${gone}.`,
        `If not: send SIGTERM, wait, and look ${gone}.`,
        `If not: send SIGKILL, wait, and look ${gone}.`,
      ];
    }
    case 'SIGNAL_PROCESS':
      return [identify, `Send ${signalName(action.signal)} to it, and look what became of it.`];
    case 'RESUME_PROCESS':
      return [identify, 'Send SIGCONT to it, and look whether it runs.'];
    case 'SET_OOM_SCORE_ADJ':
      return [identify, `Set its oom_score_adj to ${action.oomScoreAdj}, and read it back.`];
    case 'REBOOT_HOST':
      return ['Reboot the host in an orderly way: services are stopped first.'];
  }
}

const managers: Readonly<Record<ServiceManager, string>> = {
  systemd: 'systemd',
  sysvinit: 'the init script, through service(8),',
  docker: 'Docker',
  podman: 'podman',
  supervisord: 'supervisord',
};
