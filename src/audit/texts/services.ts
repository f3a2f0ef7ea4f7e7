import type { CheckText } from './text.js';

export const serviceTexts = {
  RESTART_MISSING: {
    title: { en: 'Is not started again when it fails', zh: '失败后不会被重新启动' },
    why: {
      en: 'Restart=no: after a crash, an OOM kill or a kill by hand it stays away until somebody notices.',
      zh: 'Restart=no：崩溃、OOM 或被人杀死之后，它会一直停着，直到有人发现。',
    },
    mend: {
      en: 'Restart=on-failure in a drop-in: systemctl edit UNIT.',
      zh: '用 drop-in 设置 Restart=on-failure：systemctl edit UNIT。',
    },
  },
  STOP_TIMEOUT: {
    title: { en: 'Its stop may take for ever, or no time at all', zh: '停止超时为无限或过短' },
    why: {
      en: 'Without an end a service that hangs holds up every shutdown; with too short a one it is killed before it has saved its data.',
      zh: '没有上限时，卡住的服务会拖住每次关机；过短时，服务在保存数据之前就被杀死。',
    },
    mend: {
      en: 'TimeoutStopSec= of twice what a stop takes at most; 90s is the default.',
      zh: '把 TimeoutStopSec= 设为停止所需最长时间的两倍；默认是 90s。',
    },
  },
  OOM_POLICY: {
    title: { en: 'What an OOM kill in it leads to', zh: 'OOM 之后的处理策略不当' },
    why: {
      en: 'With OOMPolicy=stop and Restart=no one killed worker takes the whole service away for good; with continue it goes on with a hole in it.',
      zh: 'OOMPolicy=stop 加上 Restart=no 时，一个被杀的工作进程会让整个服务永久停止；continue 时则带着缺口继续运行。',
    },
    mend: {
      en: 'Restart=on-failure, and OOMPolicy=continue only where the main process starts its workers again.',
      zh: '设置 Restart=on-failure；仅当主进程会重新启动工作进程时才使用 OOMPolicy=continue。',
    },
  },
  MEMORY_MAX_MISSING: {
    title: { en: 'Has no limit of memory', zh: '没有内存限制' },
    why: {
      en: 'When it leaks, the host runs out of memory and the kernel chooses a victim among all.',
      zh: '它发生泄漏时，耗尽的是整台主机的内存，内核会在所有进程中挑选受害者。',
    },
    mend: {
      en: 'MemoryMax= somewhat above its known peak, and MemoryHigh= a little below that.',
      zh: '把 MemoryMax= 设为略高于已知峰值，MemoryHigh= 再略低一些。',
    },
  },
  OOM_PROTECTED: {
    title: { en: 'Is protected from the OOM killer', zh: '受保护而不会被 OOM 杀死' },
    why: {
      en: 'It does not keep the host going, and when memory runs out somebody else has to die for it. Often inherited from what started it.',
      zh: '它并不维持主机运行，内存耗尽时却要别的进程替它死。这往往是从启动者那里继承来的。',
    },
    mend: {
      en: 'Set oom_score_adj to 0, and OOMScoreAdjust= in the unit that it comes from.',
      zh: '把 oom_score_adj 设为 0，并在其所属单元中设置 OOMScoreAdjust=。',
    },
  },
  LIKELY_OOM_VICTIM: {
    title: { en: 'Would be among the first to die of OOM', zh: '内存耗尽时会最先被杀' },
    why: {
      en: 'The kernel ranks it highest: if memory ran out now, this service would be taken.',
      zh: '内核给它的评分最高：如果现在内存耗尽，被杀的就是这个服务。',
    },
    mend: {
      en: 'Bound the others (MemoryMax=), or lower its oom_score_adj if something else is to go first.',
      zh: '限制其他服务（MemoryMax=），或者在应让别的进程先死时降低它的 oom_score_adj。',
    },
  },
  CORE_LIMIT: {
    title: { en: 'A crash of it leaves no core dump', zh: '崩溃时不会留下核心转储' },
    why: {
      en: 'RLIMIT_CORE is 0: of a crash there will be no more than a line in the log.',
      zh: 'RLIMIT_CORE 为 0：崩溃之后只会在日志中留下一行。',
    },
    mend: { en: 'LimitCORE=infinity in its unit.', zh: '在其单元中设置 LimitCORE=infinity。' },
  },
  FILE_LIMIT: {
    title: { en: 'Near its limit of open files', zh: '打开文件数接近上限' },
    why: {
      en: 'At the limit accept, open and socket fail with EMFILE: a server goes on and serves nobody.',
      zh: '达到上限时 accept、open、socket 会以 EMFILE 失败：服务器还在，却无法服务。',
    },
    mend: {
      en: 'Look for a leak (ls -l /proc/PID/fd); if there is none, LimitNOFILE= in its unit.',
      zh: '检查是否泄漏（ls -l /proc/PID/fd）；没有泄漏则在其单元中提高 LimitNOFILE=。',
    },
  },
  PROCESS_LIMIT: {
    title: { en: 'Its user is near the limit of processes', zh: '用户的进程数接近上限' },
    why: {
      en: 'At the limit nothing that this user runs can fork or start a thread: EAGAIN.',
      zh: '达到上限时，该用户的任何程序都无法 fork 或创建线程：EAGAIN。',
    },
    mend: {
      en: 'LimitNPROC= in the unit, or nproc in limits.conf, once no leak of threads is to blame.',
      zh: '确认不是线程泄漏后，提高单元的 LimitNPROC= 或 limits.conf 的 nproc。',
    },
  },
  PIDS_CGROUP: {
    title: { en: 'Near its cgroup’s limit of processes', zh: 'cgroup 的进程数接近上限' },
    why: {
      en: 'At pids.max nothing in it can fork: health checks and workers fail first.',
      zh: '达到 pids.max 时其中的任何进程都无法 fork：最先失败的是健康检查和工作进程。',
    },
    mend: {
      en: 'TasksMax= in the unit, --pids-limit of the container, once no leak is to blame.',
      zh: '确认没有泄漏后，提高单元的 TasksMax= 或容器的 --pids-limit。',
    },
  },
  STOPS_CUT_SHORT: {
    title: { en: 'Was killed because its stop took too long', zh: '因停止超时而被杀死' },
    why: {
      en: 'Within the last week its stops did not end in time and it was killed with whatever was unsaved.',
      zh: '最近一周内它未能按时停止，连同未保存的数据一起被杀死。',
    },
    mend: {
      en: 'A longer TimeoutStopSec=, or find out what it waits for when it is asked to stop.',
      zh: '延长 TimeoutStopSec=，或查明它在被要求停止时在等什么。',
    },
  },
} as const satisfies Record<string, CheckText>;
