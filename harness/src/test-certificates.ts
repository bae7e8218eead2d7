// Certificates for tests and rehearsals, made by the program openssl: an authority, a server of this machine, clients by
// name. Keys are not protected and good for days only: nothing for a broker that others reach.

import { execFile } from 'node:child_process';
import { appendFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DAYS = '30';
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const HERE = 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1';

/** A certificate and its key, as files in PEM. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export class TestCertificates {
  /** Of the authority: what clients trust. */
  readonly ca: string;
  /** Of localhost, 127.0.0.1 and ::1. */
  readonly server: CertificateFiles;
  readonly #directory: string;
  readonly #caKey: string;

  private constructor(directory: string) {
    this.#directory = directory;
    this.ca = join(directory, 'ca.pem');
    this.#caKey = join(directory, 'ca.key');
    this.server = this.filesOf('server');
  }

  /** An authority of its own and a server's certificate, in a directory that exists. */
  static async make(directory: string): Promise<TestCertificates> {
    const made = new TestCertificates(directory);
    const files = ['-keyout', made.#caKey, '-out', made.ca];
    const subject = ['-days', DAYS, '-subj', '/CN=Millrace test authority'];
    await run('openssl', ['req', '-x509', ...NEW_KEY, ...files, ...subject]);
    await made.issue('server', 'localhost', HERE);
    return made;
  }

  /** A client's certificate: its common name is the user's. */
  client(commonName: string): Promise<CertificateFiles> {
    return this.issue(`client-${commonName}`, commonName, 'extendedKeyUsage=clientAuth');
  }

  /** Takes certificates back: the authority's list of all of them, a file in PEM that is replaced whole. */
  async revoke(...certificates: readonly CertificateFiles[]): Promise<string> {
    const path = (name: string) => join(this.#directory, name);
    const [settings, database, list] = [path('ca.cnf'), path('ca.index'), path('crl.pem')];
    const section = `database = ${database}\ndefault_md = sha256\ndefault_crl_days = ${DAYS}\n`;
    await writeFile(settings, `[ca]\ndefault_ca = own\n[own]\n${section}`);
    await appendFile(database, '');
    const authority = ['-config', settings, '-cert', this.ca, '-keyfile', this.#caKey];
    for (const { cert } of certificates)
      await run('openssl', ['ca', ...authority, '-revoke', cert]);
    await run('openssl', ['ca', ...authority, '-gencrl', '-out', `${list}.new`]);
    await rename(`${list}.new`, list);
    return list;
  }

  /** Signs a new certificate; one of the same file name is replaced. */
  async issue(fileName: string, commonName: string, extension: string): Promise<CertificateFiles> {
    const { cert, key } = this.filesOf(fileName);
    const request = `${cert}.csr`;
    const extensions = `${cert}.ext`;
    await writeFile(extensions, `${extension}\n`);
    const subject = ['-subj', `/CN=${commonName}`];
    await run('openssl', ['req', ...NEW_KEY, '-keyout', key, '-out', request, ...subject]);
    const authority = ['-CA', this.ca, '-CAkey', this.#caKey, '-CAcreateserial'];
    const terms = ['-days', DAYS, '-extfile', extensions];
    await run('openssl', ['x509', '-req', '-in', request, '-out', cert, ...authority, ...terms]);
    return { cert, key };
  }

  /** Of what was issued under a file name; of a client `client-<common name>`. */
  filesOf(name: string): CertificateFiles {
    return {
      cert: join(this.#directory, `${name}.pem`),
      key: join(this.#directory, `${name}.key`),
    };
  }
}
