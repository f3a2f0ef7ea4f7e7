/** Programs whose secrets do not show by a name: short options, pairs, places. Only for these: `psql -p 5432` is a port. */
export interface SecretFlags {
  /** `-psecret` */
  readonly attached: readonly string[];
  /** `-a secret` */
  readonly separate: ReadonlySet<string>;
  /** `-u user:secret`: the user stays. */
  readonly pairs: ReadonlySet<string>;
  /** `scott/tiger@db` */
  readonly slashPair: boolean;
  /** `add_user bob secret`: behind this word so many plain words are none, the rest are. */
  readonly places: ReadonlyMap<string, number>;
  /** `docker login`: from here on other flags count. */
  readonly commands: ReadonlyMap<string, SecretFlags>;
}

interface Row {
  readonly attached?: string;
  readonly separate?: string;
  readonly pairs?: string;
  readonly slashPair?: boolean;
  readonly places?: Readonly<Record<string, number>>;
  readonly commands?: Readonly<Record<string, Row>>;
}

const login: Row = { attached: '-p', separate: '-p' };
const registry: Row = { commands: { login }, pairs: '--creds --src-creds --dest-creds' };
const cluster: Row = { pairs: '--from-literal', commands: { login } };
const archive: Row = { attached: '-p -hp' };
const zip: Row = { attached: '-P', separate: '-P' };
const snmp: Row = { attached: '-A -X -c', separate: '-A -X -c' };
const samba: Row = { pairs: '-U --user' };
const oracle: Row = { slashPair: true };
const httpie: Row = { pairs: '-a --auth' };
const useradd: Row = { attached: '-p', separate: '-p' };
const mosquitto: Row = { separate: '-P' };
const secretCommands: Row = { commands: { secret: { separate: '-b --body' }, secrets: { places: { set: 0 } } } };

const rows: readonly (readonly [programs: string, Row])[] = [
  ['mycli', login],
  ['mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat mongotop', login],
  ['ldapsearch ldapmodify ldapadd ldapdelete ldapwhoami ldappasswd ldapcompare', { attached: '-w', separate: '-w' }],
  [
    'curl',
    {
      attached: '-b',
      separate: '-b --cookie --oauth2-bearer --pass --proxy-pass',
      pairs: '-u --user -U --proxy-user -E --cert',
    },
  ],
  ['http https xh xhs', httpie],
  ['sshpass', login],
  ['redis-cli keydb-cli valkey-cli', { separate: '-a requirepass masterauth', places: { auth: 0 } }],
  ['smbclient rpcclient net winexe smbget smbmap', samba],
  ['sqlcmd bcp isql tsql bsqldb', { attached: '-P', separate: '-P' }],
  ['sqlplus rman exp imp expdp impdp sqlldr', oracle],
  ['docker podman nerdctl buildah skopeo helm crane oras', registry],
  ['kubectl oc k3s microk8s', cluster],
  ['az', { commands: { login, acr: login, keyvault: { separate: '--value' } } }],
  ['aws', { commands: { ssm: { separate: '--value' } } }],
  ['cf', { attached: '-p', separate: '-p', places: { auth: 1 } }],
  ['cqlsh ncftpput ncftpget ncftpls rdesktop', { attached: '-p', separate: '-p' }],
  ['lftp', { pairs: '-u' }],
  ['xfreerdp xfreerdp3 wlfreerdp', { attached: '/p:' }],
  ['zip unzip zipcloak zipnote', zip],
  ['7z 7za 7zr 7zz rar unrar', archive],
  ['ipmitool', zip],
  ['snmpget snmpset snmpwalk snmpbulkwalk snmpgetnext snmptrap snmptable', snmp],
  ['mosquitto_pub mosquitto_sub mosquitto_rr', mosquitto],
  ['useradd usermod groupadd groupmod', useradd],
  ['openssl', { commands: { enc: { separate: '-k -K -pass' }, passwd: { places: { passwd: 0 } } } }],
  ['ssh-keygen', { attached: '-N -P', separate: '-N -P' }],
  ['memtier_benchmark redis-benchmark', { separate: '-a' }],
  ['rabbitmqctl', { places: { add_user: 1, change_password: 1, authenticate_user: 1 } }],
  ['htpasswd', { places: { htpasswd: 2 } }],
  ['wpa_passphrase', { places: { wpa_passphrase: 1 } }],
  ['vault', { places: { login: 0, unseal: 0 } }],
  ['nmcli', { separate: 'password' }],
  ['ngrok', { separate: 'authtoken add-authtoken' }],
  ['steamcmd', { places: { '+login': 1 } }],
  ['mc', { places: { set: 2 } }],
  ['gh fly flyctl wrangler', secretCommands],
];

export const noFlags = compile({});
const mysql = compile({ attached: '-p' });
const byProgram: ReadonlyMap<string, SecretFlags> = new Map(
  rows.flatMap(([programs, row]) => words(programs).map((program) => [program, compile(row)] as const)),
);

/** What `word` may carry behind it, when it is the name or the path of such a program. */
export function secretFlagsOf(word: string): SecretFlags | undefined {
  const name = word.slice(word.lastIndexOf('/') + 1);
  if (name.length > 32) return undefined;
  return /^(?:mysql|mariadb)[a-z_-]*$/.test(name) ? mysql : byProgram.get(name);
}

function compile({
  attached = '',
  separate = '',
  pairs = '',
  slashPair = false,
  places = {},
  commands = {},
}: Row): SecretFlags {
  return {
    attached: words(attached),
    separate: new Set(words(separate)),
    pairs: new Set(words(pairs)),
    slashPair,
    places: new Map(Object.entries(places)),
    commands: new Map(Object.entries(commands).map(([name, row]) => [name, compile(row)])),
  };
}

function words(text: string): readonly string[] {
  return text === '' ? [] : text.split(' ');
}
