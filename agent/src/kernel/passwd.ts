/** /etc/passwd, passwd(5): `name:password:uid:…`. The first entry of a uid wins, as getpwuid(3) has it. */
export function parsePasswd(text: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':');
    if (name === undefined || name === '' || name.startsWith('#') || uid === undefined || !/^\d{1,10}$/.test(uid))
      continue;
    if (!names.has(Number(uid))) names.set(Number(uid), name);
  }
  return names;
}
