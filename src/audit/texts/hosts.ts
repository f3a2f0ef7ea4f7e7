import type { CheckText } from './text.js';

export const hostTexts = {
  OVERCOMMIT: {
    title: { en: 'Memory is promised in a risky way', zh: '内存超额承诺的设置有风险' },
    why: {
      en: 'overcommit_memory=1 grants everything and lets the OOM killer pay; 2 near CommitLimit makes allocations fail in programs that do not expect it; panic_on_oom takes the whole host down.',
      zh: 'overcommit_memory=1 有求必应，由 OOM 来买单；为 2 且接近 CommitLimit 时，分配会在没有准备的程序中失败；panic_on_oom 会让整台主机崩溃。',
    },
    mend: {
      en: 'vm.overcommit_memory=0 unless a program (redis) asks for 1; with 2 more swap or overcommit_ratio; vm.panic_on_oom=0.',
      zh: '除非有程序（如 redis）要求 1，否则设 vm.overcommit_memory=0；为 2 时增加交换空间或 overcommit_ratio；vm.panic_on_oom=0。',
    },
  },
  CORE_DUMPS_LOST: {
    title: { en: 'Core dumps are lost or cut', zh: '核心转储会丢失或被截断' },
    why: {
      en: 'The next crash cannot be looked into: nothing, or not all, of its memory is kept.',
      zh: '下一次崩溃将无从调查：其内存不会被保存，或不完整。',
    },
    mend: {
      en: 'kernel.core_pattern to a handler that is there, or to an absolute path with room; Storage=external in coredump.conf.',
      zh: '把 kernel.core_pattern 指向存在的处理程序，或有空间的绝对路径；在 coredump.conf 中设置 Storage=external。',
    },
  },
  CRON_KILLS: {
    title: { en: 'Cron ends processes', zh: 'cron 会结束进程' },
    why: {
      en: 'Deaths by the clock that nobody can explain; mostly a leak that somebody gave up on.',
      zh: '按时钟发生、没人能解释的死亡；多半是有人放弃修复的泄漏。',
    },
    mend: {
      en: 'Repair what made it necessary; or MemoryMax= and RuntimeMaxSec= in the unit, which say so in the log.',
      zh: '修复根本原因；或使用单元的 MemoryMax= 和 RuntimeMaxSec=，它们会写入日志。',
    },
  },
  KERNEL_LOG_HIDES_OOM: {
    title: { en: 'An OOM kill leaves little behind', zh: 'OOM 之后留下的信息很少' },
    why: {
      en: 'Without the table of candidates, or with a victim that is merely whoever asked, nobody can say who used the memory.',
      zh: '没有候选进程表，或受害者只是恰好申请内存者，就无法说明是谁用掉了内存。',
    },
    mend: {
      en: 'vm.oom_dump_tasks=1, vm.oom_kill_allocating_task=0, ReadKMsg=yes in journald.conf.',
      zh: 'vm.oom_dump_tasks=1，vm.oom_kill_allocating_task=0，journald.conf 中 ReadKMsg=yes。',
    },
  },
  AGENT_LOWER_RUNG: {
    title: { en: 'The agent sees less than it could', zh: 'agent 看到的比应有的少' },
    why: {
      en: 'It is not on the ebpf rung: of deaths here less is known, and answers say so.',
      zh: '它不在 ebpf 级别：这里的死亡信息较少，回答中会说明。',
    },
    mend: { en: 'whodunit-agent doctor says what is missing.', zh: '运行 whodunit-agent doctor 查看缺少什么。' },
  },
  AGENT_OUTDATED: {
    title: { en: 'The agent is older than others of the fleet', zh: 'agent 版本比其他主机旧' },
    why: { en: 'It lacks what has been added and repaired since.', zh: '它缺少此后新增和修复的内容。' },
    mend: {
      en: 'Install the newest version and restart the agent; nothing is lost meanwhile.',
      zh: '安装最新版本并重启 agent；期间不会丢失数据。',
    },
  },
  AGENT_SILENT: {
    title: { en: 'The agent is silent', zh: 'agent 没有声音' },
    why: {
      en: 'Nothing has come from this host for minutes: it is down, cut off, or its agent is. What happens there is not seen now.',
      zh: '该主机已有数分钟没有任何消息：主机停机、断网或 agent 出了问题。那里现在发生的事看不到。',
    },
    mend: {
      en: 'systemctl status whodunit-agent on the host; whodunit-agent doctor; the way to the API.',
      zh: '在主机上运行 systemctl status whodunit-agent、whodunit-agent doctor；检查到 API 的网络。',
    },
  },
} as const satisfies Record<string, CheckText>;
