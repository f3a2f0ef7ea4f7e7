/**
 * What exit statuses customarily mean. Custom only: a program may mean anything by them.
 * Sources: POSIX 2.8.2 (126, 127, above 128), sysexits.h (64..78), coreutils (124, 125).
 */
import type { Text } from './text.js';
import { signalName, signals } from './signal-names.js';

/** Null where there is no custom. Statuses above 128 are `shellSignalOf`. */
export function customaryMeaning(status: number): Text | null {
  return customs[status] ?? null;
}

/** The signal by which a shell's child ended, when a shell passes that on as 128 + n. */
export function shellSignalOf(status: number): number | null {
  return status > 128 && status <= 192 ? status - 128 : null;
}

export function shellSignalNote(signal: number): string {
  const name = signalName(signal);
  const caught = signal === signals.SIGKILL ? '' : `, and programs use it to say that they stopped on ${name}`;
  return `A shell exits with ${128 + signal} when the command that it ran was ended by ${name}${caught}.`;
}

const customs: Readonly<Record<number, Text>> = {
  1: { en: 'general error', zh: '一般错误' },
  2: { en: 'wrong usage', zh: '用法错误' },
  64: { en: 'EX_USAGE, wrong usage', zh: 'EX_USAGE，用法错误' },
  65: { en: 'EX_DATAERR, bad input data', zh: 'EX_DATAERR，输入数据有误' },
  66: { en: 'EX_NOINPUT, input cannot be opened', zh: 'EX_NOINPUT，无法打开输入' },
  67: { en: 'EX_NOUSER, unknown user', zh: 'EX_NOUSER，未知用户' },
  68: { en: 'EX_NOHOST, unknown host', zh: 'EX_NOHOST，未知主机' },
  69: { en: 'EX_UNAVAILABLE, service unavailable', zh: 'EX_UNAVAILABLE，服务不可用' },
  70: { en: 'EX_SOFTWARE, internal error', zh: 'EX_SOFTWARE，内部错误' },
  71: { en: 'EX_OSERR, operating system error', zh: 'EX_OSERR，操作系统错误' },
  72: { en: 'EX_OSFILE, system file missing', zh: 'EX_OSFILE，缺少系统文件' },
  73: { en: 'EX_CANTCREAT, output cannot be created', zh: 'EX_CANTCREAT，无法创建输出' },
  74: { en: 'EX_IOERR, input or output error', zh: 'EX_IOERR，输入输出错误' },
  75: { en: 'EX_TEMPFAIL, temporary failure', zh: 'EX_TEMPFAIL，临时故障' },
  76: { en: 'EX_PROTOCOL, protocol error', zh: 'EX_PROTOCOL，协议错误' },
  77: { en: 'EX_NOPERM, permission denied', zh: 'EX_NOPERM，权限不足' },
  78: { en: 'EX_CONFIG, configuration error', zh: 'EX_CONFIG，配置错误' },
  124: { en: 'timeout(1) ran out of time', zh: 'timeout(1) 超时' },
  125: {
    en: 'the wrapper itself failed, as timeout(1) or docker run say',
    zh: 'timeout(1)、docker run 等包装命令自身失败',
  },
  126: { en: 'command found but not executable', zh: '找到命令但不可执行' },
  127: { en: 'command not found', zh: '找不到命令' },
  255: { en: 'exit(-1), or the connection of ssh failed', zh: 'exit(-1)，或 ssh 连接失败' },
};
