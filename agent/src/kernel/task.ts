/** Facts of tasks that the trace events leave to the reader. */

/** clone(2), include/uapi/linux/sched.h. */
export const cloneFlags = { parent: 0x8000, thread: 0x1_0000 } as const;

/** TASK_COMM_LEN, its NUL included. */
const commBytes = 16;

/**
 * What exec calls the task: the last part of the file's name, cut to 15 bytes. Undefined for a file that was opened before
 * (/dev/fd/N): the kernel knows a better name, and says it elsewhere.
 */
export function commOfFile(filename: string): string | undefined {
  if (filename.startsWith('/dev/fd/')) return undefined;
  const name = filename.slice(filename.lastIndexOf('/') + 1);
  const bytes = new TextEncoder().encode(name);
  return bytes.byteLength < commBytes ? name : new TextDecoder().decode(bytes.subarray(0, commBytes - 1));
}
