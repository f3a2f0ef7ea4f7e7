/** Programs whose short options carry secrets. Only for these: `psql -p 5432` is a port. */
export interface SecretFlags {
  /** `-psecret` */
  readonly attached: readonly string[];
  /** `-a secret` */
  readonly separate: ReadonlySet<string>;
  /** `-u user:secret`: the user stays. */
  readonly userPair: ReadonlySet<string>;
}

const flags = (
  attached: readonly string[],
  separate: readonly string[],
  userPair: readonly string[] = [],
): SecretFlags => ({
  attached,
  separate: new Set(separate),
  userPair: new Set(userPair),
});

const mysql = flags(['-p'], []);
const mongo = flags([], ['-p']);
const web = flags([], [], ['-u', '--user', '--proxy-user', '-U']);
const ldap = flags([], ['-w']);

const byProgram: ReadonlyMap<string, SecretFlags> = new Map([
  ...['mongo', 'mongosh', 'mongodump', 'mongorestore', 'mongoexport', 'mongoimport'].map(
    (name) => [name, mongo] as const,
  ),
  ...['ldapsearch', 'ldapmodify', 'ldapadd', 'ldapdelete', 'ldapwhoami'].map((name) => [name, ldap] as const),
  ['curl', web],
  ['wget', web],
  ['sshpass', flags(['-p'], ['-p'])],
  ['redis-cli', flags([], ['-a'])],
  ['smbclient', flags([], [], ['-U'])],
  ['sqlcmd', flags(['-P'], ['-P'])],
]);

/** What `word` may carry behind it, when it is the name or the path of such a program. */
export function secretFlagsOf(word: string): SecretFlags | undefined {
  const name = word.slice(word.lastIndexOf('/') + 1);
  return /^(?:mysql|mariadb)[a-z_-]*$/.test(name) ? mysql : byProgram.get(name);
}
