/**
 * It has run for long, nobody at a terminal holds it, and only init would notice its end: started by hand, with nohup, or from a
 * login session. When it dies nobody starts it again, nor after a reboot.
 */
import type { Check, ProcessFacts } from '../facts.js';
import { isService, onePerProgram, programOf } from '../judging.js';

/** What starts others, or belongs to a login. */
const supervisors =
  /^(systemd.*|init|runsvdir|runsv|s6-.*|supervisord|openrc-.*|monit|tini|dumb-init|containerd-shim.*|conmon|ssh-agent|gpg-agent|dbus-.*|tmux.*|screen|sshd|login|agetty|getty|whodunit-agent)$/i;

export const unsupervisedDaemon: Check = {
  needs: ['processes'],
  judge: ({ processes, longLivedSeconds }) => {
    const isAlone = (process: ProcessFacts) =>
      process.parentPid === 1 &&
      !process.kernelThread &&
      process.exe !== undefined &&
      !process.hasTerminal &&
      !process.inContainer &&
      process.innermostPid === process.pid &&
      process.ageSeconds >= longLivedSeconds &&
      !isService(process) &&
      !supervisors.test(programOf(process));
    return onePerProgram(processes.filter(isAlone), ({ ageSeconds }) => ({
      severity: 'WARNING',
      facts: { ageSeconds },
    }));
  },
};
