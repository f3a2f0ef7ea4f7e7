import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readKernelLog } from '../agent/src/kernel/log/read-kernel-log.js';
import { explainAll, renderJson, renderText } from './render.js';

const fixtures = new URL('../test/fixtures/oom/', import.meta.url);
const names = readdirSync(fixtures).filter((name) => name !== 'README.md');
const explained = (text: string) => explainAll(readKernelLog(text));
const read = (name: string) => explained(readFileSync(new URL(name, fixtures), 'utf8'));

describe('an OOM report of any kernel', () => {
  it.each(names)('is_explained: %s', (name) => {
    const deaths = read(name).flatMap(({ verdicts }) => verdicts);
    const [kill] = deaths.filter(({ cause }) => cause.startsWith('OOM'));
    const isOfCgroup = name.includes('memcg');
    expect(kill).toMatchObject({ cause: isOfCgroup ? 'OOM_CGROUP' : 'OOM_GLOBAL', actor: { kind: 'KERNEL' } });
    expect(kill?.summary.en).toContain("was killed by the kernel's OOM killer because");
    // Nobody watched.
    expect(deaths.every(({ confidence }) => confidence < 0.9)).toBe(true);
  });

  it('is_explained_in_Chinese_too', () => {
    const text = renderText(read('4.19-memcg-group.dmesg'), 'ZH');
    expect(text).toMatch(
      /被内核的 OOM killer 杀死，因为 cgroup .* 达到内存上限 .*；当时没有监控，以上内容来自内核日志。/,
    );
  });

  it('names_every_victim_of_a_group_and_shows_the_largest_candidates_first', () => {
    const [report] = read('4.19-memcg-group.dmesg');
    expect(report?.verdicts).toHaveLength(2);
    const sizes = report?.candidates.map(({ rss }) => rss ?? 0) ?? [];
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });

  it('is_told_in_its_place_among_other_lines', () => {
    const causes = read('6.18-memcg.kmsg').flatMap(({ verdicts }) => verdicts.map(({ cause }) => cause));
    expect(causes).toEqual(['OOM_CGROUP', 'CRASHED', 'CRASHED', 'CRASHED']);
  });

  it('of_which_the_kernel_printed_no_more_than_the_kill_still_tells_the_cgroup', () => {
    const line = 'Memory cgroup out of memory: Killed process 7 (worker) total-vm:10kB, anon-rss:8kB, file-rss:1kB';
    expect(explained(line)[0]?.verdicts).toMatchObject([
      {
        cause: 'OOM_CGROUP',
        summary: { en: expect.stringContaining('its cgroup reached its memory limit') },
        evidence: expect.arrayContaining([expect.objectContaining({ text: 'Lines of the report are missing.' })]),
      },
    ]);
  });

  it('that_names_nobody_says_so', () => {
    const [report] = explained('[1.5] java invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0\n');
    expect(report).toMatchObject({ time: '[1.500000]', verdicts: [], candidates: [] });
    expect(report?.note).toContain('names no victim');
  });
});

describe('other lines', () => {
  it('a_hung_task_is_no_death', () => {
    const [hung] = explained('[ 12.5] INFO: task nfsd:77 blocked for more than 120 seconds.');
    expect(hung?.verdicts).toEqual([]);
    expect(hung?.note).toContain('no signal can end it');
  });

  it('a_name_cannot_forge_a_line_or_turn_the_text_round', () => {
    const row = 'Out of memory: Killed process 7 (a\u202eb\u0007) total-vm:1kB, anon-rss:1kB, file-rss:1kB';
    const table =
      '[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n[      7]     0     7 1 1 1 0 0 x\u001b[2Jy';
    const text = renderText(explained(`a invoked oom-killer: gfp_mask=0x0, order=0\n${table}\n${row}\n`));
    expect(text).toContain('\\u{202e}');
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it('whatever_else_is_there_is_nothing', () => {
    expect(explained('hello\n\n[1.0] eth0: link up\n')).toEqual([]);
    expect(renderText([])).toBe('');
    expect(JSON.parse(renderJson(read('4.4-memcg.dmesg')))).toMatchObject([{ verdicts: [{ cause: 'OOM_CGROUP' }] }]);
  });
});
