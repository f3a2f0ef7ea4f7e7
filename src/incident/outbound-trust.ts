/** Whom receivers' certificates may be signed by, where an operator has an authority of their own. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/**
 * The well-known ones and those of the file.
 * @throws Error that names the file, where it cannot be read or holds none.
 */
export function readAuthorities(file: string): readonly string[] {
  try {
    const own = readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    for (const certificate of own) new X509Certificate(certificate);
    if (own.length === 0) throw new Error('it holds no certificate in PEM');
    return [...rootCertificates, ...own];
  } catch (error) {
    throw new Error(`WHODUNIT_DELIVERY_CA_FILE: ${file} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}
