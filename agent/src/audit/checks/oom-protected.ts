/**
 * oom_score_adj of -900 or less on a process that does not keep the host going: the OOM killer has to take somebody else. Often
 * inherited, from an sshd or a service manager, by what was started there.
 */
import type { Check } from '../facts.js';
import { onePerProgram, programOf } from '../judging.js';

const protectedFrom = -900;
const rightly =
  /^(systemd.*|\(systemd\)|\(sd-pam\)|init|sshd.*|dbus-daemon|dbus-broker.*|auditd|multipathd|iscsid|dockerd|containerd.*|crio|conmon|podman|kubelet|k3s.*|kube-proxy|pause|lvmetad|dmeventd|udevd|oomd|earlyoom|whodunit-agent|runc|crun|qemu-ga|agetty)$/;

export const oomProtected: Check = {
  needs: ['processes', 'oom'],
  judge: ({ processes, agentPid }) =>
    onePerProgram(
      processes.filter(
        (process) =>
          !process.kernelThread &&
          process.pid !== 1 &&
          process.pid !== agentPid &&
          process.exe !== undefined &&
          (process.oomScoreAdj ?? 0) <= protectedFrom &&
          !rightly.test(programOf(process)),
      ),
      ({ oomScoreAdj, residentBytes }) => ({
        severity: oomScoreAdj === -1000 ? 'WARNING' : 'INFO',
        facts: { oomScoreAdj: oomScoreAdj ?? 0, residentBytes },
      }),
    ),
};
