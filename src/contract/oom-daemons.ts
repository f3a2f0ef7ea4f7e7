/** Programs that free memory before the kernel has to, by the names of their processes. */
export const oomDaemons = ['earlyoom', 'systemd-oomd', 'oomd', 'nohang', 'lmkd'] as const;
