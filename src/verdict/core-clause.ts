/** Whether there is something to open in a debugger, where, and if not, why not (core(5), systemd-coredump(8)). */
import { bytes } from './bytes.js';
import { bracketed } from './describe.js';
import { plainOrQuoted } from './escape.js';
import type { CoreDumpFacts, DeathFacts } from './facts.js';
import { en, nothing, zh, type Text } from './text.js';

export function coreClause(facts: DeathFacts): Text {
  const { coreDump } = facts;
  const reason = coreDump?.obstacle == null ? null : obstacleText(coreDump.obstacle, coreDump);
  if (coreDumped(facts)) {
    const where = coreDump === null ? nothing : whereTo(coreDump);
    const dumped: Text = { en: en`a core was dumped${where}`, zh: zh`已生成 core 文件${where}` };
    return reason === null ? dumped : { en: en`${dumped}, but ${reason}`, zh: zh`${dumped}，但${reason}` };
  }
  if (reason !== null) return { en: en`no core was dumped: ${reason}`, zh: zh`没有生成 core 文件：${reason}` };
  if (facts.reconstructed) return { en: 'whether a core was dumped is not known', zh: '不清楚是否生成了 core 文件' };
  return { en: 'no core was dumped', zh: '没有生成 core 文件' };
}

/** For the evidence. */
export function coreSentence(facts: DeathFacts): string {
  const clause = coreClause(facts).en;
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

export function coreDumped(facts: DeathFacts): boolean {
  return facts.coreDumped || facts.coreDump?.path != null;
}

/** ` to /var/lib/systemd/coredump/core.worker.zst (12 MiB, truncated)`, or ` to the handler "|/usr/bin/handler"` */
function whereTo({ path, pattern, size, truncated }: CoreDumpFacts): Text {
  const cut: Text = { en: 'truncated', zh: '不完整' };
  const amount = bracketed([...(size === null ? [] : [bytes(size)]), ...(truncated ? [cut] : [])]);
  if (path !== null) {
    const name = plainOrQuoted(path, pathCharactersMax);
    return { en: en` to ${name}${amount}`, zh: zh`${name}${amount}` };
  }
  if (!pattern?.startsWith('|')) return amount;
  const handler = plainOrQuoted(pattern.slice(1), pathCharactersMax);
  return { en: en` to the handler ${handler}${amount}`, zh: zh`并交给处理程序${handler}${amount}` };
}

const pathCharactersMax = 255;

function obstacleText(obstacle: NonNullable<CoreDumpFacts['obstacle']>, { limit, pattern }: CoreDumpFacts): Text {
  switch (obstacle) {
    case 'resource-limit': {
      const was = limit === null ? { en: 'was too small', zh: '过小' } : wasOnly(bytes(limit));
      return {
        en: en`its core file size limit (RLIMIT_CORE) ${was}`,
        zh: zh`core 文件大小限制（RLIMIT_CORE）${was}`,
      };
    }
    case 'pattern': {
      const value = pattern === null ? '' : plainOrQuoted(pattern, pathCharactersMax);
      return {
        en: `kernel.core_pattern${value === '' ? '' : ` (${value})`} leads to no file`,
        zh: `kernel.core_pattern${value === '' ? ' ' : `（${value}）`}不指向任何文件`,
      };
    }
    case 'not-dumpable':
      return {
        en: 'the process was not dumpable (fs.suid_dumpable, PR_SET_DUMPABLE)',
        zh: '该进程不允许转储（fs.suid_dumpable、PR_SET_DUMPABLE）',
      };
    case 'handler':
      return { en: 'the handler of core dumps kept none', zh: 'core 处理程序没有保留文件' };
    case 'size-limit': {
      const value = limit === null ? { en: 'its limit', zh: '其上限' } : bytes(limit);
      return {
        en: en`the handler of core dumps keeps none that is larger than ${value}`,
        zh: zh`core 处理程序不保留大于${value}的文件`,
      };
    }
  }
}

function wasOnly(value: Text): Text {
  return { en: en`was ${value}`, zh: zh`为${value}` };
}
