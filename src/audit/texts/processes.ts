import type { CheckText } from './text.js';

export const processTexts = {
  IGNORES_SIGTERM: {
    title: { en: 'Ignores SIGTERM', zh: '忽略 SIGTERM' },
    why: {
      en: 'A stop waits for its whole timeout and then kills it with SIGKILL; what was not saved by then is lost.',
      zh: '停止时要等满整个超时，然后被 SIGKILL 杀死；届时尚未保存的数据就丢失了。',
    },
    mend: {
      en: 'Let it catch SIGTERM and end in order. If a shell started it, look there for trap "" TERM: what is ignored is inherited.',
      zh: '让它捕获 SIGTERM 并有序退出。如果由 shell 启动，请查找 trap "" TERM：被忽略的信号会被子进程继承。',
    },
  },
  NO_SIGTERM_HANDLER: {
    title: { en: 'Leaves SIGTERM to its default', zh: '没有处理 SIGTERM' },
    why: {
      en: 'A stop ends it at once, in the middle of whatever it does: requests are cut off, files stay half written.',
      zh: '停止时立即终止，无论正在做什么：请求被切断，文件只写了一半。',
    },
    mend: {
      en: 'Handle SIGTERM: take no new work, finish what was begun, end. Nothing is to be done for programs that keep no state.',
      zh: '处理 SIGTERM：不再接受新任务，完成已开始的任务，然后退出。没有状态的程序无需处理。',
    },
  },
  DEAF_CONTAINER_INIT: {
    title: { en: 'Process 1 of a container is deaf to SIGTERM', zh: '容器的 1 号进程收不到 SIGTERM' },
    why: {
      en: 'In its pid namespace the kernel gives process 1 only signals that it handles: every stop takes the whole grace time and ends in SIGKILL.',
      zh: '在其 pid 命名空间中，内核只把 1 号进程处理了的信号交给它：每次停止都要等满宽限时间，最后以 SIGKILL 结束。',
    },
    mend: {
      en: 'Put a small init in front (docker run --init, tini), use the exec form of ENTRYPOINT, or handle SIGTERM.',
      zh: '在前面放一个小的 init（docker run --init、tini），使用 exec 形式的 ENTRYPOINT，或者处理 SIGTERM。',
    },
  },
  UNSUPERVISED_DAEMON: {
    title: { en: 'A daemon that nobody watches over', zh: '无人看管的守护进程' },
    why: {
      en: 'It was started by hand or from a login: when it dies nobody starts it again, nor after a reboot.',
      zh: '它是手工启动的，或来自某次登录：它死后没有人会重新启动它，重启主机后也不会。',
    },
    mend: {
      en: 'Give it a unit of systemd (or of whatever supervises here) with Restart=on-failure.',
      zh: '为它编写 systemd 单元（或本机所用的其他管理程序的配置），并设置 Restart=on-failure。',
    },
  },
  ZOMBIES: {
    title: { en: 'Zombies that their parent does not reap', zh: '父进程不回收的僵尸进程' },
    why: {
      en: 'Each holds a pid and counts against the limit of processes. They cannot be killed: their parent has a defect.',
      zh: '每个僵尸都占用一个 pid 并计入进程数限制。它们无法被杀死：有缺陷的是父进程。',
    },
    mend: {
      en: 'Repair the parent: it has to wait for its children. Until then restart it; the job deals with it gently first.',
      zh: '修复父进程：它必须等待子进程。在此之前重启它；该任务会先用温和的方式处理。',
    },
  },
  UNINTERRUPTIBLE: {
    title: { en: 'Stuck in the kernel', zh: '卡在内核中' },
    why: {
      en: 'It waits for a device or a file system that does not answer, and no signal reaches it, not even SIGKILL.',
      zh: '它在等待没有响应的设备或文件系统，任何信号都到不了它，SIGKILL 也不行。',
    },
    mend: {
      en: 'Look at what it waits in (the wait channel), at the disk and at network mounts; the kernel log has hung tasks.',
      zh: '查看它等待的位置（wait channel）、磁盘和网络挂载；内核日志中会有 hung task 记录。',
    },
  },
  STOPPED: {
    title: { en: 'Stopped and forgotten', zh: '被停止后遗忘' },
    why: {
      en: 'It holds its locks, memory and connections and does nothing: whoever waits for it waits for ever.',
      zh: '它持有锁、内存和连接却什么也不做：等待它的一方会永远等下去。',
    },
    mend: {
      en: 'Let it go on (SIGCONT), or end it. The history says who stopped it.',
      zh: '让它继续（SIGCONT），或者结束它。历史记录会说明是谁停止了它。',
    },
  },
  SIGCHLD_IGNORED: {
    title: { en: 'Ignores SIGCHLD', zh: '忽略 SIGCHLD' },
    why: {
      en: 'The kernel throws the exit statuses of its children away: nobody learns that one has crashed.',
      zh: '内核会丢弃其子进程的退出状态：没有人会知道某个子进程崩溃了。',
    },
    mend: {
      en: 'Wait for children instead. What it starts inherits the ignoring: reset it before exec.',
      zh: '改为等待子进程。它启动的程序会继承这一忽略：请在 exec 之前恢复默认。',
    },
  },
  DELETED_EXECUTABLE: {
    title: { en: 'Runs a program that was replaced', zh: '运行着已被替换的程序' },
    why: {
      en: 'An update has not reached it: it still has the defects and the holes of the old version.',
      zh: '更新没有对它生效：它仍带有旧版本的缺陷和漏洞。',
    },
    mend: { en: 'Restart it.', zh: '重新启动它。' },
  },
  DELETED_LIBRARY: {
    title: { en: 'Uses a library that was replaced', zh: '使用着已被替换的库' },
    why: {
      en: 'An update of a library (often of TLS) has not reached it: it still has its holes.',
      zh: '库的更新（常常是 TLS 库）没有对它生效：漏洞仍在。',
    },
    mend: { en: 'Restart it.', zh: '重新启动它。' },
  },
  ROOT_WITHOUT_NEED: {
    title: { en: 'Runs as root without need', zh: '没有必要地以 root 运行' },
    why: {
      en: 'Whoever breaks into it has the whole host, and may kill everything on it.',
      zh: '一旦被攻破，攻击者就拥有整台主机，可以杀死其上的一切进程。',
    },
    mend: {
      en: 'Give it a user of its own (User= or DynamicUser=yes in the unit); for a port below 1024, AmbientCapabilities=CAP_NET_BIND_SERVICE.',
      zh: '给它一个专用用户（在单元中设置 User= 或 DynamicUser=yes）；需要 1024 以下端口时使用 AmbientCapabilities=CAP_NET_BIND_SERVICE。',
    },
  },
  HOLDS_CAP_KILL: {
    title: { en: 'May kill others’ processes without being root', zh: '不是 root 却能杀死他人的进程' },
    why: {
      en: 'CAP_KILL lets it signal every process of its namespace, whoever owns it.',
      zh: 'CAP_KILL 允许它向其命名空间中的任何进程发送信号，无论属于谁。',
    },
    mend: {
      en: 'Take the capability away unless it is a supervisor: AmbientCapabilities=, CapabilityBoundingSet=~CAP_KILL, setcap.',
      zh: '除非它是管理程序，否则去掉该能力：AmbientCapabilities=、CapabilityBoundingSet=~CAP_KILL、setcap。',
    },
  },
  MATCHES_FILTER: {
    title: { en: 'A process that was asked for', zh: '所查询的进程' },
    why: { en: 'It meets the filter of the audit.', zh: '它符合审计的过滤条件。' },
    mend: { en: 'Nothing: that was the question.', zh: '无需处理：这正是所问。' },
  },
} as const satisfies Record<string, CheckText>;
