/** C10: what comes from a terminal. C11: stopped and continued. */
import { spawnSync } from 'node:child_process';
import { eventually } from '../support/eventually.js';
import { askEpisode, askHistory } from './ask.js';
import { endLater, send, sleeper, startTalking } from './processes.js';
import { typist, type Expected, type Scenario } from './scenario.js';

/** A sleep at a terminal of its own, which Python does something to. */
const atTerminal = (title: string, act: string, expected: Expected): Scenario => ({
  id: 'C10',
  title,
  expected,
  produce: async (scene) => {
    const code = `
import os, pty, time
pid, terminal = pty.fork()
if pid == 0: os.execv('/bin/sleep', ['sleep', '1000'])
while open(f'/proc/{pid}/comm').read() != 'sleep\\n': time.sleep(0.01)
${act}
os.waitpid(pid, 0)
print(pid)`;
    const { stdout, stderr } = spawnSync('python3', ['-c', code], { encoding: 'utf8', cwd: scene.directory });
    if (stdout === '') throw new Error(stderr);
    return { pid: Number(stdout) };
  },
});

/** Whose job it is was typed at bash, which ends with its terminal. */
const jobOfShell: Scenario = {
  id: 'C10',
  title: 'its terminal closes, and the shell passes it on to a job in the background',
  expected: { cause: 'HANGUP', actor: 'KERNEL', shows: [/SIGHUP ended sleep .* and bash \(pid \d+\) passed that on/] },
  produce: async (scene) => {
    const code = `
import os, pty, re, time
pid, terminal = pty.fork()
if pid == 0: os.execv('/bin/bash', ['bash', '--norc', '--noprofile', '-i'])
os.write(terminal, b'sleep 1000 & echo job=$!=\\n')
said = b''
while not (job := re.search(rb'job=(\\d+)=', said)): said += os.read(terminal, 4096)
while open(f'/proc/{int(job[1])}/comm').read() != 'sleep\\n': time.sleep(0.01)
os.close(terminal)
os.waitpid(pid, 0)
print(int(job[1]))`;
    const { stdout, stderr } = spawnSync('python3', ['-c', code], { encoding: 'utf8', cwd: scene.directory });
    if (stdout === '') throw new Error(stderr);
    return { pid: Number(stdout) };
  },
};

const keys = (words: RegExp): Expected => ({ cause: 'KEYBOARD', actor: typist, shows: [words] });

export const terminals: readonly Scenario[] = [
  atTerminal('its terminal closes', 'os.close(terminal)', {
    cause: 'HANGUP',
    actor: 'KERNEL',
    shows: [/SIGHUP ended sleep \(pid \d+\): .*terminal pts\/\d+.* was closed/],
  }),
  jobOfShell,
  atTerminal(
    'Ctrl-C',
    String.raw`os.write(terminal, b'\x03')`,
    keys(/Ctrl-C, typed at .*terminal pts\/\d+.*, ended sleep/),
  ),
  atTerminal(
    'Ctrl-\\',
    String.raw`os.write(terminal, b'\x1c')`,
    keys(/Ctrl-\\, typed at .*terminal pts\/\d+.*, ended sleep/),
  ),
  {
    id: 'C11',
    title: 'SIGSTOP',
    expected: {
      cause: 'STOPPED',
      actor: null,
      shows: [/"endedAt":null/, /"SIGSTOP"/, /"\/bin\/kill","-STOP"/, /"RESUME_PROCESS","advised":true/],
    },
    produce: async (scene) => {
      const { pid } = await sleeper(scene);
      await send(scene, 'STOP', pid);
      return { pid };
    },
    ask: askEpisode,
  },
  {
    id: 'C11',
    title: 'SIGTSTP, then SIGCONT',
    expected: { cause: 'STOPPED', actor: null, shows: [/"endedAt":"/, /"SIGTSTP"/, /"\/bin\/kill","-TSTP"/] },
    produce: async (scene) => {
      // The kernel discards SIGTSTP where nobody of the session could continue the group: here the parent could.
      const code = `
import os, signal
pid = os.fork()
if pid == 0:
    os.setpgid(0, 0)
    os.execv('/bin/sleep', ['sleep', '1000'])
while open(f'/proc/{pid}/comm').read() != 'sleep\\n': pass
print(pid, flush=True)
signal.pause()`;
      const parent = await startTalking(scene, 'python3', '-c', code);
      const produced = { pid: Number(parent.said) };
      endLater(scene, produced.pid);
      await send(scene, 'TSTP', produced.pid);
      await eventually(async () => (await askHistory(scene, produced))?.episodes.nodes.length);
      await send(scene, 'CONT', produced.pid);
      return produced;
    },
    ask: askEpisode,
  },
];
