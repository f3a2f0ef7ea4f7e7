/** The mount option hidepid of /proc, from /proc/self/mountinfo; undefined where it is not set. proc(5). */
export function parseHidepid(mountinfo: string): string | undefined {
  // The last mount on a place covers those before it.
  const line = mountinfo.split('\n').findLast((text) => text.split(' ')[4] === '/proc');
  const options = line?.split(' - ')[1]?.split(' ')[2]?.split(',');
  return options?.find((option) => option.startsWith('hidepid='))?.slice('hidepid='.length);
}
