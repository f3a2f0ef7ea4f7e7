/** A certificate of the test's own, its own authority: DIRECTORY/key.pem and cert.pem, by openssl(1). */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** `names`: `IP:127.0.0.1`, `DNS:example.com` */
export function makeCertificate(directory: string, names: string): [key: Buffer, cert: Buffer] {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(directory, name)) as [string, string];
  const subject = ['-subj', '/CN=whodunit test', '-addext', `subjectAltName=${names}`];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return [readFileSync(key), readFileSync(cert)];
}
