/** An incident in one line. Pure. */
import { plainOrQuoted, type Text } from '../verdict/index.js';
import type { IncidentFacts } from './notice.js';
import { nameOf } from './trouble.js';

export type Titled = Pick<IncidentFacts, 'kind' | 'host' | 'hosts' | 'unit' | 'exe' | 'cause' | 'count'>;

export function titleOf(incident: Titled): Text {
  const { kind, cause, count } = incident;
  const where = whereOf(incident);
  const who = nameOf(incident) ?? 'a process';
  const what = cause ?? '?';
  // What was decided otherwise later was moved out of it.
  if (count === 0)
    return { en: `${who} ${where.en}: nothing is left of ${what}`, zh: `${where.zh}的 ${who}：${what} 均已改判` };
  const [times, timesZh] = count === 1 ? ['', ''] : [` ${count} times`, ` ${count} 次`];
  switch (kind) {
    case 'DEATH':
      return { en: `${who} ${where.en} died${times}: ${what}`, zh: `${where.zh}的 ${who} 死亡${timesZh}：${what}` };
    case 'EPISODE':
      return { en: `${who} ${where.en}: ${count} ${what}`, zh: `${where.zh}的 ${who}：${count} 个 ${what}` };
    case 'SILENT_HOST':
      return { en: `no word from ${where.bare.en}`, zh: `${where.bare.zh}没有消息` };
    case 'LOSS':
      return {
        en: `history is missing ${where.en}: ${what}${times}`,
        zh: `${where.zh}的历史有缺失：${what}${timesZh}`,
      };
    case 'BREAKER': {
      const policy = plainOrQuoted(what);
      return {
        en: `${who} ${where.en} is left to people by policy ${policy}`,
        zh: `策略 ${policy} 将 ${where.zh}的 ${who} 留给人处理`,
      };
    }
  }
}

interface Where extends Text {
  readonly bare: Text;
}

function whereOf({ host, hosts }: Titled): Where {
  const name = host === null ? null : plainOrQuoted(host);
  const bare = name === null ? { en: `${hosts} hosts`, zh: `${hosts} 台主机` } : { en: name, zh: `${name} ` };
  return { en: `on ${bare.en}`, zh: `${bare.zh}上`, bare };
}
