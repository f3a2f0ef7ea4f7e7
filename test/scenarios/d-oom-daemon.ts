/**
 * D4: a daemon that frees memory. The real earlyoom, told that any amount of free memory is too little, so that it acts at once;
 * in a pid namespace of its own, where /proc shows it nobody but the victim, and kill(2) can reach nobody else.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { requirePrerequisite } from '../support/prerequisite.js';

/** The shell is process 1 in there, which earlyoom spares. */
const script = `
sleep 1000 & victim=$!
echo ready; read go
earlyoom -r 0 -m 99,1 -s 100,1 --prefer '^sleep$' & daemon=$!
wait $victim
kill -KILL $daemon`;

export const oomDaemon = {
  id: 'D4',
  title: 'earlyoom frees memory',
  expected: {
    cause: 'OOM_USERSPACE',
    actor: 'PROCESS',
    shows: [
      /^To free memory before the kernel had to, earlyoom \(pid \d+, "earlyoom -r 0 -m 99,1 .* stopped sleep /,
      / later [\d.]+ [GMK]iB of [\d.]+ [GMT]iB of memory was available, /,
      /^The agent looked at the memory .* after SIG(TERM|KILL): .* of memory available, .*swap/m,
      /^(Pressure on memory \(PSI\) on the host: something waited for memory for [\d.]+ % of the last 10 s|The kernel tells no pressure)/m,
    ],
  },
  obstacle: () => (requirePrerequisite('earlyoom', 'unshare') ? null : 'no earlyoom'),
  produce: async (): Promise<{ readonly pid: number }> => {
    const namespace = ['--pid', '--mount-proc', '--fork', '--kill-child'];
    const child = spawn('unshare', [...namespace, 'bash', '-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = once(child, 'exit');
    try {
      await once(child.stdout, 'data');
      const pid = childOf(childOf(child.pid!));
      child.stdin.write('go\n');
      await ended;
      return { pid };
    } finally {
      child.kill('SIGKILL');
    }
  },
};

/** As the host knows it. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}
