import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from './redact.js';

const r = '[redacted]';
const redactArgs = createRedactor([]);

describe('redactArgs', () => {
  it.each<[string, string[], string[]]>([
    ['--password x', ['app', '--password', 'hunter2', 'run'], ['app', '--password', r, 'run']],
    ['--password=x', ['app', '--password=hunter2'], ['app', `--password=${r}`]],
    ['--db-password=x', ['app', '--db-password=a=b&c'], ['app', `--db-password=${r}`]],
    ['--token', ['gh', '--token', 'abc'], ['gh', '--token', r]],
    ['--apiKey', ['x', '--apiKey=abc'], ['x', `--apiKey=${r}`]],
    ['--api-key', ['x', '--api-key', 'abc'], ['x', '--api-key', r]],
    ['--client-secret', ['x', '--client-secret', 'abc'], ['x', '--client-secret', r]],
    ['-Dpassword=', ['java', '-Dspring.datasource.password=abc'], ['java', `-Dspring.datasource.password=${r}`]],
    ['mysql -psecret', ['mysql', '-uroot', '-psecret', 'db'], ['mysql', '-uroot', `-p${r}`, 'db']],
    ['mysqldump by path', ['/usr/bin/mysqldump', '-psecret'], ['/usr/bin/mysqldump', `-p${r}`]],
    ['mariadb behind sudo', ['sudo', 'mariadb-admin', '-psecret'], ['sudo', 'mariadb-admin', `-p${r}`]],
    ['mysql in a shell', ['sh', '-c', "mysql -p'a b' db"], ['sh', '-c', `mysql -p${r} db`]],
    ['PGPASSWORD', ['env', 'PGPASSWORD=abc', 'psql'], ['env', `PGPASSWORD=${r}`, 'psql']],
    [
      'PGPASSWORD in a shell',
      ['sh', '-c', 'PGPASSWORD=abc psql -p 5432'],
      ['sh', '-c', `PGPASSWORD=${r} psql -p 5432`],
    ],
    ['*_TOKEN', ['docker', 'run', '-e', 'GITHUB_TOKEN=abc'], ['docker', 'run', '-e', `GITHUB_TOKEN=${r}`]],
    ['--env=*_SECRET', ['docker', 'run', '--env=APP_SECRET=abc'], ['docker', 'run', `--env=APP_SECRET=${r}`]],
    ['MYSQL_PWD', ['MYSQL_PWD=abc'], [`MYSQL_PWD=${r}`]],
    ['address', ['pg_dump', 'postgres://bob:p@ss@db/x?a=1'], ['pg_dump', `postgres://bob:${r}@db/x?a=1`]],
    ['two addresses', ['x', 'a://u:p@h,b://v:q@i'], ['x', `a://u:${r}@h,b://v:${r}@i`]],
    ['two addresses apart', ['x', 'a://u:p@h/ b://v:q@i/'], ['x', `a://u:${r}@h/ b://v:${r}@i/`]],
    ['bearer', ['curl', '-H', 'Authorization: Bearer abc.def'], ['curl', '-H', `Authorization: Bearer ${r}`]],
    ['basic', ['curl', '-H', 'authorization: Basic YWJj'], ['curl', '-H', `authorization: Basic ${r}`]],
    ['attached header', ['curl', '-HAuthorization: Bearer abc'], ['curl', `-HAuthorization: Bearer ${r}`]],
    ['api key header', ['curl', '-H', 'X-Api-Key: abc'], ['curl', '-H', `X-Api-Key: ${r}`]],
    ['curl -u', ['curl', '-u', 'bob:secret', 'http://x'], ['curl', '-u', `bob:${r}`, 'http://x']],
    ['curl --user=', ['curl', '--user=bob:secret'], ['curl', `--user=bob:${r}`]],
    ['curl -uattached', ['curl', '-ubob:secret'], ['curl', `-ubob:${r}`]],
    ['wget --password', ['wget', '--password=abc'], ['wget', `--password=${r}`]],
    ['query', ['curl', 'https://x/y?access_token=abc&z=1'], ['curl', `https://x/y?access_token=${r}&z=1`]],
    ['query behind another', ['curl', 'https://x/y?z=1&token=abc&w=2'], ['curl', `https://x/y?z=1&token=${r}&w=2`]],
    ['json', ['curl', '-d', '{"password":"abc"}'], ['curl', '-d', `{"password":"${r}"}`]],
    ['sshpass', ['sshpass', '-p', 'abc', 'ssh', 'h'], ['sshpass', '-p', r, 'ssh', 'h']],
    ['redis-cli -a', ['redis-cli', '-a', 'abc', 'ping'], ['redis-cli', '-a', r, 'ping']],
    ['our own token', ['psql', '-c', `select 'wd_admin_${'a'.repeat(43)}'`], ['psql', '-c', `select '${r}'`]],
    ['AWS key', ['x', 'AKIAIOSFODNN7EXAMPLE'], ['x', r]],
    [
      'GitHub token',
      ['git', 'clone', `https://ghp_${'a'.repeat(36)}@github.com/x`],
      ['git', 'clone', `https://${r}@github.com/x`],
    ],
    ['openssl', ['openssl', '-passin', 'pass:abc'], ['openssl', '-passin', `pass:${r}`]],
    ['private key', ['x', '-----BEGIN RSA PRIVATE KEY-----\nabc'], ['x', r]],
    ['secret that ends like a name', ['mysql', '-pmytoken'], ['mysql', `-p${r}`]],
    ['blank in a secret', ['env', 'DB_PASSWORD=a b', 'x'], ['env', `DB_PASSWORD=${r}`, 'x']],
    ['dsn', ['x', 'host=db password=abc user=bob'], ['x', `host=db password=${r} user=bob`]],
  ])('takes_out_the_secret_%s', (_, args, expected) => {
    expect(redactArgs(args)).toEqual(expected);
  });

  it.each<string[][]>([
    [['pkill', '-9', '-f', 'worker']],
    [['/bin/kill', '-9', '123']],
    [['psql', '-p', '5432', '-U', 'postgres']],
    [['psql', '-p5432', '--no-password', 'mydb']],
    [['ssh', '-p', '22', 'user@host']],
    [['docker', 'run', '-p', '80:80', '-u', '1000:1000', 'nginx']],
    [['bash', '-c', 'echo "a b" && kill -9 $(cat /run/x.pid)']],
    [['passwd', 'bob']],
    [['cat', '/etc/passwd']],
    [['app', '--password-file', '/run/secret', '--token-file=/x']],
    [['mkdir', '-p', '/a/b']],
    [['env', 'PWD=/root', 'OLDPWD=/', 'SSH_ASKPASS=/usr/bin/x']],
    [['java', '-Xmx1g', '-Dfoo.bar=1']],
    [['git', 'commit', '-m', 'rotate the token']],
    [['git', 'clone', 'ssh://git@github.com/x/y']],
    [['http://[::1]:8080/@x:y']],
    [['timeout', '1', 'sleep', '100']],
    [['', ' ', '"', "'"]],
    [['docker', 'run', 'nginx:1.2@sha256:0a1b']],
    [['kubectl', 'get', 'secret', 'x', '-o', 'yaml']],
    [['rsync', '-a', 'bob@host:/c', '/d']],
    [['git', 'clone', 'git@github.com:x/y']],
    [['curl', '-o', 'x', 'http://h:8080/a@b']],
    [['sh', '-c', 'cd /x && make -j4 all 2>&1 | tee "build log"; exit $?']],
    [['grep', '-r', 'password', '/etc']],
    [['echo', 'a', '|', 'b']],
  ])('leaves_an_ordinary_command_alone_%j', (args) => {
    expect(redactArgs(args)).toEqual(args);
  });

  it('keeps_the_number_of_arguments_and_well-formed_text_whatever_it_is_given', () => {
    const nasty = fc.array(
      fc.constantFrom('--password', '=', ' ', "'", '"', '://', ':', '@', 'token', 'mysql', '-p', 'x', '😀'),
    );
    fc.assert(
      fc.property(fc.array(nasty.map((parts) => parts.join(''))), (args) => {
        const clean = redactArgs(args);
        expect(clean).toHaveLength(args.length);
        expect(clean.every((arg) => arg.isWellFormed())).toBe(true);
      }),
    );
  });

  it('knows_the_names_that_a_site_keeps_secrets_under_in_every_spelling', () => {
    const redactOurs = createRedactor(['pin', 'X-Corp-Auth']);
    expect(redactOurs(['app', '--pin', '1234', '--pin=1', 'PIN=2', '-Dapp.pin=3', 'pint=4'])).toEqual([
      ...['app', '--pin', r, `--pin=${r}`, `PIN=${r}`, `-Dapp.pin=${r}`, 'pint=4'],
    ]);
    expect(redactOurs(['curl', '-H', 'x-corp-auth: abc', 'http://x/?x_corp_auth=d&z=1', '{"pin": "5"}'])).toEqual([
      ...['curl', '-H', `x-corp-auth: ${r}`, `http://x/?x_corp_auth=${r}&z=1`, `{"pin": "${r}"}`],
    ]);
    expect(redactArgs(['app', '--pin', '1234'])).toEqual(['app', '--pin', '1234']);
  });
});
