/**
 * Command lines with secrets in them, as people and scripts write them: from a seed, so that a failure comes back.
 * The forms are those of the programs' manual pages and of the leaks that scanners publish.
 */
import { Buffer } from 'node:buffer';

export interface SecretCommand {
  /** The form that made it, for people. */
  readonly form: string;
  readonly argv: readonly [string, ...string[]];
  /** Pieces of the secret: none may be found anywhere. */
  readonly needles: readonly string[];
}

export type Random = (below: number) => number;

/** mulberry32 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function characters(random: Random, count: number, of = alphanumeric): string {
  return Array.from({ length: count }, () => of.charAt(random(of.length))).join('');
}

interface Planted {
  readonly text: string;
  readonly needles: readonly string[];
}

/** Two halves with a sign between them: neither half may stay. */
function password(random: Random): Planted {
  const halves = [characters(random, 10), characters(random, 10)] as const;
  const signs = ['', '', '!', '@', '#', '%', '^', '*', '+', '/', '=', '.', ',', ':', ';', '~', '-', '_', '&', '?'];
  return { text: halves.join(signs[random(signs.length)]), needles: halves };
}

function token(random: Random): Planted {
  const text = characters(random, 32);
  return { text, needles: [text.slice(0, 12), text.slice(-12)] };
}

function base64(random: Random, plain: string): Planted {
  const text = Buffer.from(plain + characters(random, 24)).toString('base64');
  return { text, needles: [text.slice(4, 16), text.slice(-14, -2)] };
}

type Form = (random: Random) => { readonly argv: readonly [string, ...string[]]; readonly needles: readonly string[] };

/** A program started without a shell. */
const direct =
  (make: (secret: string) => readonly [string, ...string[]], plant = password): Form =>
  (random) => {
    const { text, needles } = plant(random);
    return { argv: make(text), needles };
  };

const shells = [
  ['sh', '-c'],
  ['bash', '-c'],
  ['sh', '-ec'],
  ['ssh', 'db1'],
  ['su', '-', 'postgres', '-c'],
] as const;
const quotes = [(text: string) => `'${text}'`, (text: string) => `"${text}"`] as const;

/** A command in a shell's script; the secret in quotes of either kind. */
const script =
  (make: (quoted: string) => string, plant = password): Form =>
  (random) => {
    const { text, needles } = plant(random);
    const quote = quotes[random(quotes.length)] ?? quotes[0];
    const shell = shells[random(shells.length)] ?? shells[0];
    return { argv: [...shell, make(quote(text))], needles };
  };

const named = [
  '--password',
  '--db-password',
  '--passwd',
  '--passphrase',
  '--token',
  '--api-key',
  '--apiKey',
  '-password',
  '--client-secret',
  '--auth-token',
  '--access-key',
  '--secret-key',
  '--private-token',
  '--http-password',
  '--authkey',
  '--masterauth',
  '--requirepass',
  '-storepass',
  '-keypass',
  '--secret-string',
  '--docker-password',
  '--encryption-key',
] as const;
const variables = [
  'PGPASSWORD',
  'MYSQL_PWD',
  'DB_PASS',
  'API_TOKEN',
  'GITHUB_TOKEN',
  'AWS_SECRET_ACCESS_KEY',
  'SECRET_KEY_BASE',
  'REDISCLI_AUTH',
  'VAULT_TOKEN',
  'SMTP_PASSWORD_2',
  'STRIPE_SECRET',
  'DJANGO_SECRET_KEY',
  'NPM_AUTH_TOKEN',
  'ACCOUNT_KEY',
] as const;
const headers = [
  'X-Api-Key',
  'X-Auth-Token',
  'PRIVATE-TOKEN',
  'X-Vault-Token',
  'apikey',
  'X-Amz-Security-Token',
  'Cookie',
] as const;
const schemes = [
  'postgres',
  'postgresql',
  'mysql',
  'amqp',
  'mongodb+srv',
  'rediss',
  'https',
  'ftp',
  'smb',
  'mssql',
] as const;

const forms: Readonly<Record<string, Form>> = {
  ...Object.fromEntries(named.map((flag) => [`${flag} x`, direct((s) => ['app', flag, s, 'run'])])),
  ...Object.fromEntries(named.map((flag) => [`${flag}=x`, direct((s) => ['app', `${flag}=${s}`])])),
  ...Object.fromEntries(named.map((flag) => [`script ${flag}`, script((q) => `app ${flag} ${q} && app ${flag}=${q}`)])),
  ...Object.fromEntries(variables.map((name) => [`${name}=x`, direct((s) => ['env', `${name}=${s}`, 'true'])])),
  ...Object.fromEntries(variables.map((name) => [`script ${name}`, script((q) => `${name}=${q} app -v; true`)])),
  ...Object.fromEntries(variables.map((name) => [`export ${name}`, script((q) => `export ${name}=${q}; app`)])),
  ...Object.fromEntries(
    variables.map((name) => [`-e ${name}`, direct((s) => ['docker', 'run', '-e', `${name}=${s}`, 'x'])]),
  ),
  ...Object.fromEntries(
    headers.map((name) => [`${name}:`, direct((s) => ['curl', '-H', `${name}: ${s}`, 'http://x/'], token)]),
  ),
  ...Object.fromEntries(
    headers.map((name) => [
      `script ${name}:`,
      script((q) => `curl -s -H "${name}: ${q.slice(1, -1)}" http://x/`, token),
    ]),
  ),
  ...Object.fromEntries(
    schemes.map((scheme) => [`${scheme}://`, direct((s) => ['app', `${scheme}://bob:${s}@db.example/x?a=1`])]),
  ),
  ...Object.fromEntries(
    schemes.map((scheme) => [`script ${scheme}://`, script((q) => `app "${scheme}://bob:${q.slice(1, -1)}@db:1/x"`)]),
  ),
  'mysql -p': direct((s) => ['mysql', '-uroot', `-p${s}`, 'db']),
  'mysqldump script': script((q) => `mysqldump -u root -p${q} db | gzip > /dev/null`),
  'mysql behind docker': direct((s) => ['docker', 'exec', 'db', 'mysql', '-uroot', `-p${s}`]),
  'mongo -p': direct((s) => ['mongosh', '-u', 'bob', '-p', s]),
  'sshpass -p': direct((s) => ['sshpass', '-p', s, 'ssh', 'h']),
  'sshpass attached': direct((s) => ['sshpass', `-p${s}`, 'ssh', 'h']),
  'docker login': direct((s) => ['docker', 'login', '-u', 'bob', '-p', s, 'registry.example']),
  'podman login script': script((q) => `podman login -u bob -p ${q} registry.example`),
  'skopeo --creds': direct((s) => ['skopeo', 'copy', '--src-creds', `bob:${s}`, 'docker://a', 'docker://b']),
  'helm --set': direct((s) => ['helm', 'install', 'x', '--set', `auth.rootPassword=${s}`]),
  'kubectl literal': direct((s) => ['kubectl', 'create', 'secret', 'generic', 'x', `--from-literal=pin=${s}`]),
  'kubectl literal apart': direct((s) => ['kubectl', 'create', 'secret', 'generic', 'x', '--from-literal', `k=${s}`]),
  'terraform -var': direct((s) => ['terraform', 'apply', '-var', `db_password=${s}`]),
  'terraform -var=': direct((s) => ['terraform', 'apply', `-var=token=${s}`]),
  'curl -u': direct((s) => ['curl', '-u', `bob:${s}`, 'http://x/']),
  'curl -u attached': direct((s) => ['curl', `-ubob:${s}`, 'http://x/']),
  'curl --user': script((q) => `curl -s --user bob:${q} http://x/`),
  'curl --proxy-user': direct((s) => ['curl', `--proxy-user=bob:${s}`, 'http://x/']),
  'curl --oauth2-bearer': direct((s) => ['curl', '--oauth2-bearer', s, 'http://x/'], token),
  'curl -d form': direct((s) => ['curl', '-d', `grant_type=password&client_secret=${s}&z=1`], token),
  'curl -d json': direct((s) => ['curl', '-d', `{"user":"bob","password":"${s}","remember":true}`]),
  'curl -d json script': script((q) => `curl -d "{\\"api_key\\": \\"${q.slice(1, -1)}\\"}" http://x/`),
  'json with blanks': direct((s) => ['app', `{ "auth": { "token" : "${s}" } }`]),
  query: direct((s) => ['curl', `https://x/y?z=1&access_token=${s}&w=2`], token),
  'signed address': direct((s) => ['curl', `https://x/y?X-Amz-Signature=${s}&w=2`], token),
  'token as user': direct((s) => ['git', 'clone', `https://${s}@github.com/x/y`], token),
  'token as user with a password': direct((s) => ['git', 'clone', `https://${s}:x-oauth-basic@github.com/x`], token),
  bearer: direct((s) => ['curl', '-H', `Authorization: Bearer ${s}`, 'http://x/'], token),
  'bearer attached': direct((s) => ['curl', `-HAuthorization: Bearer ${s}`], token),
  'bearer script': script((q) => `curl -H ${q.charAt(0)}Authorization: Bearer ${q.slice(1)} http://x/`, token),
  'bearer in another header': direct((s) => ['curl', '-H', `X-Forwarded: bearer ${s}`], token),
  'authorization token': direct((s) => ['curl', '-H', `authorization: token ${s}`], token),
  'authorization digest': direct((s) => ['curl', '-H', `Authorization: Digest username="bob", response="${s}"`], token),
  'git extra header': direct(
    (s) => ['git', '-c', `http.extraHeader=Authorization: Basic ${s}`, 'fetch'],
    (r) => base64(r, 'bob:'),
  ),
  basic: direct(
    (s) => ['curl', '-H', `Authorization: Basic ${s}`],
    (r) => base64(r, 'bob:'),
  ),
  'basic script': script(
    (q) => `wget --header="Authorization: Basic ${q.slice(1, -1)}" http://x`,
    (r) => base64(r, 'bob:'),
  ),
  'AWS key': (random) => {
    const id = `AKIA${characters(random, 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`;
    const { text, needles } = password(random);
    const argv = ['aws', 'configure', 'set', 'aws_secret_access_key', text, '--profile', id] as const;
    return { argv, needles: [id.slice(4), ...needles] };
  },
  'AWS variables': (random) => {
    const id = `ASIA${characters(random, 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`;
    const key = characters(random, 40, `${alphanumeric}+/`);
    const script = `AWS_ACCESS_KEY_ID=${id} AWS_SECRET_ACCESS_KEY=${key} aws s3 ls`;
    return { argv: ['sh', '-c', script], needles: [id.slice(4), key.slice(0, 12), key.slice(-12)] };
  },
  JWT: (random) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = part({ sub: characters(random, 12), exp: 1_900_000_000 });
    const signature = characters(random, 43);
    const jwt = `${part({ alg: 'HS256', typ: 'JWT' })}.${claims}.${signature}`;
    return {
      argv: ['app', 'verify', jwt],
      needles: [claims.slice(8, 22), signature.slice(0, 12), signature.slice(-12)],
    };
  },
  'private key': (random) => {
    const kind = ['RSA ', 'EC ', '', 'OPENSSH ', 'ENCRYPTED '][random(5)] ?? '';
    const lines = Array.from({ length: 3 }, () => characters(random, 64, `${alphanumeric}+/`));
    const pem = `-----BEGIN ${kind}PRIVATE KEY-----\n${lines.join('\n')}\n-----END ${kind}PRIVATE KEY-----`;
    return { argv: ['app', '--key-data', pem], needles: lines.map((line) => line.slice(20, 40)) };
  },
  'private key in a script': (random) => {
    const lines = Array.from({ length: 2 }, () => characters(random, 64));
    const pem = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----`;
    return { argv: ['sh', '-c', `app --pem "${pem}"; true`], needles: lines.map((line) => line.slice(20, 40)) };
  },
  'known token': (random) => {
    const begins = [
      'ghp_',
      'github_pat_',
      'glpat-',
      'xoxb-',
      'sk_live_',
      'sk-',
      'AIza',
      'npm_',
      'hvs.',
      'wd_host_',
      'hf_',
    ];
    const secret = characters(random, 40);
    return { argv: ['app', 'use', `${begins[random(begins.length)]}${secret}`], needles: [secret.slice(4, 16)] };
  },
  'Slack webhook': direct((s) => ['curl', '-d', 'x', `https://hooks.slack.com/services/T01/B02/${s}`], token),
  'Telegram bot': direct((s) => ['curl', `https://api.telegram.org/bot123456:${s}/sendMessage`], token),
  'ADO.NET connection string': direct((s) => ['app', `Server=db;Database=x;User Id=sa;Password=${s};Encrypt=true`]),
  'ADO.NET Pwd': direct((s) => ['app', `--conn=Server=db;Uid=sa;Pwd=${s}`]),
  'Azure storage': direct((s) => [
    'app',
    `DefaultEndpointsProtocol=https;AccountName=x;AccountKey=${s};EndpointSuffix=y`,
  ]),
  'libpq connection string': direct((s) => ['psql', `host=db user=bob password=${s} dbname=x`]),
  'libpq in quotes': direct((s) => ['psql', `host=db password='${s}' dbname=x`]),
  'mount option': direct((s) => ['mount', '-t', 'cifs', '-o', `username=bob,password=${s},uid=0`, '//h/s', '/mnt']),
  'SQL password': direct((s) => ['psql', '-c', `ALTER USER bob WITH ENCRYPTED PASSWORD '${s}';`]),
  'SQL identified by': direct((s) => ['mysql', '-e', `CREATE USER 'b'@'%' IDENTIFIED BY '${s}'; FLUSH PRIVILEGES`]),
  'SQL set password': direct((s) => ['mysql', '-e', `SET PASSWORD FOR 'bob'@'%' = '${s}'`]),
  'SQL in a shell': script((q) => `psql -c "ALTER USER bob PASSWORD '${q.slice(1, -1)}'"`),
  XML: direct((s) => ['curl', '-d', `<login><user>bob</user><password>${s}</password></login>`]),
  YAML: direct((s) => ['app', '--values', `db:\n  user: bob\n  password: ${s}\n  port: 1\n`]),
  'redis-cli -a': direct((s) => ['redis-cli', '-a', s, 'ping']),
  'redis-cli auth': direct((s) => ['redis-cli', '-h', 'db', 'AUTH', 'default', s]),
  'redis config set': direct((s) => ['redis-cli', 'config', 'set', 'requirepass', s]),
  'java property': direct((s) => ['java', `-Djavax.net.ssl.keyStorePassword=${s}`, '-jar', 'x.jar']),
  'openssl pass:': direct((s) => ['openssl', 'req', '-passin', `pass:${s}`]),
  'openssl enc -k': direct((s) => ['openssl', 'enc', '-aes-256-cbc', '-k', s]),
  'zip -P': direct((s) => ['zip', '-P', s, 'a.zip', 'b']),
  '7z -p': direct((s) => ['7z', 'a', `-p${s}`, 'a.7z', 'b']),
  'ldapsearch -w': direct((s) => ['ldapsearch', '-D', 'cn=x', '-w', s, '-b', 'dc=x']),
  'smbclient -U': direct((s) => ['smbclient', '//h/s', '-U', `bob%${s}`]),
  'sqlcmd -P': direct((s) => ['sqlcmd', '-U', 'sa', '-P', s]),
  sqlplus: direct((s) => ['sqlplus', `scott/${s}@orcl`], token),
  'user:password@host': direct((s) => ['psexec.py', `admin:${s}@10.0.0.1`]),
  rabbitmqctl: direct((s) => ['rabbitmqctl', 'add_user', 'bob', s]),
  htpasswd: direct((s) => ['htpasswd', '-b', '/etc/x', 'bob', s]),
  'vault login': direct((s) => ['vault', 'login', s], token),
  'npm config': direct((s) => ['npm', 'config', 'set', '//registry.example/:_authToken', s], token),
  'npm flag': direct((s) => ['npm', 'publish', `--//registry.example/:_authToken=${s}`], token),
  'ssh-keygen -N': direct((s) => ['ssh-keygen', '-f', 'x', '-N', s]),
  'useradd -p': direct((s) => ['useradd', '-p', s, 'bob']),
  'nmcli password': direct((s) => ['nmcli', 'dev', 'wifi', 'connect', 'x', 'password', s]),
  httpie: direct((s) => ['http', '-a', `bob:${s}`, 'x/y']),
  ansible: direct((s) => ['ansible-playbook', '-e', `ansible_become_pass=${s}`]),
  'fly secrets': direct((s) => ['fly', 'secrets', 'set', `PIN=${s}`]),
  'az keyvault': direct((s) => ['az', 'keyvault', 'secret', 'set', '--name', 'x', '--value', s]),
  'aws ssm': direct((s) => ['aws', 'ssm', 'put-parameter', '--type', 'SecureString', '--value', s]),
  'sudo -S': script((q) => `echo ${q} | sudo -S app`),
  'sudo -S tight': script((q) => `echo ${q}|sudo -S -p '' app; true`),
  'login by stdin': script((q) => `printf %s ${q} | docker login -u bob --password-stdin`),
  chpasswd: script((q) => `echo ${q.charAt(0)}bob:${q.slice(1)} | chpasswd`),
  'here string': script((q) => `passwd --stdin bob <<< ${q}`),
  'script in a script': script((q) => `ssh db1 "mysql -uroot -p'${q.slice(1, -1)}' db"`),
  'script in a script in a script': (random) => {
    const { text, needles } = token(random);
    return { argv: ['sh', '-c', `ssh db1 "su - x -c 'PGPASSWORD=${text} psql -h db'"`], needles };
  },
};

/** So many, every form in turn. */
export function secretCommands(seed: number, count: number): readonly SecretCommand[] {
  const random = seededRandom(seed);
  const entries = Object.entries(forms);
  return Array.from({ length: count }, (_, index) => {
    const [form, make] = entries[index % entries.length]!;
    return { form, ...make(random) };
  });
}

export const formsCount = Object.keys(forms).length;
