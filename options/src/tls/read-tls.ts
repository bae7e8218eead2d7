// Certificate, key and client authorities of a server, read from files and tried out before anything relies on them.
// What is wrong with them is said without their contents. It watches nothing: TlsReloader does.

import { constants, createHash, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureVersion } from 'node:tls';
import { StartError } from '../process/exit-codes.ts';
import { readOptionFile } from '../process/option-file.ts';

export type ClientAuth = 'none' | 'optional' | 'required';

/** Empty: not given. */
export interface TlsPaths {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string;
  readonly clientCrl: string;
  readonly clientAuth: ClientAuth;
}

/** The options that say so, for error lines. */
export type TlsFlags = Readonly<Record<keyof TlsPaths, string>>;

/** What a server is made with, or gets by `setSecureContext`. */
export interface TlsContext {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
  readonly crl?: Buffer;
  readonly minVersion: SecureVersion;
  readonly secureOptions: number;
}

export interface LoadedTls {
  readonly context: TlsContext;
  /** Of the contents: the same files give the same. It tells nothing of the key. */
  readonly fingerprint: string;
  /** The same of authorities and lists of revoked certificates alone: whom clients are trusted by. */
  readonly trust: string;
  /** When the certificate ends, ms since 1970. */
  readonly expiresAtMs: number;
  /** SHA-256 of the certificate, as openssl prints it. */
  readonly certificate: string;
}

/** Larger files are no certificates: they are not read into memory. */
const FILE_BYTES_MAX = 1024 * 1024;
const PEM_CRL = '-----BEGIN X509 CRL-----';
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** What the options of TLS have to do with each other. Throws StartError `badOption`. */
export function checkTlsOptions(flags: TlsFlags, paths: TlsPaths): void {
  const { cert, key, clientCa, clientCrl, clientAuth } = paths;
  if ((cert === '') !== (key === '')) throw bad(`${flags.cert} and ${flags.key} go together.`);
  if (clientAuth !== 'none' && cert === '') {
    throw bad(`${flags.clientAuth} ${clientAuth} takes ${flags.cert} and ${flags.key}.`);
  }
  if ((clientAuth === 'none') !== (clientCa === '')) {
    throw bad(`${flags.clientCa} and ${flags.clientAuth} optional or required go together.`);
  }
  if (clientCrl !== '' && clientCa === '') {
    throw bad(`${flags.clientCrl} takes ${flags.clientCa}.`);
  }
}

/** Undefined: no TLS. Throws StartError `badOption`. */
export function readTls(flags: TlsFlags, paths: TlsPaths): LoadedTls | undefined {
  if (paths.cert === '') return undefined;
  const cert = readPem(flags.cert, paths.cert);
  const key = readPem(flags.key, paths.key);
  const ca = paths.clientCa === '' ? undefined : readPem(flags.clientCa, paths.clientCa);
  const crl = paths.clientCrl === '' ? undefined : readCrl(flags.clientCrl, paths.clientCrl);
  const [leaf] = certificatesIn(flags.cert, paths.cert, cert);
  if (ca !== undefined) certificatesIn(flags.clientCa, paths.clientCa, ca);
  const minVersion: SecureVersion = 'TLSv1.2';
  const { SSL_OP_NO_RENEGOTIATION, SSL_OP_NO_TICKET } = constants;
  // Of TLS 1.2: on a connection that stands, hands are not shaken anew.
  const own = { cert, key, minVersion, secureOptions: SSL_OP_NO_RENEGOTIATION };
  // What was resumed would stand on a certificate shown long ago.
  const secureOptions = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET;
  const lists = crl === undefined ? {} : { crl };
  const context: TlsContext = ca === undefined ? own : { ...own, ca, ...lists, secureOptions };
  try {
    createSecureContext(context);
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw bad(`${flags.cert} and ${flags.key} do not work together (${code}).`);
  }
  return {
    context,
    fingerprint: fingerprintOf([cert, key, ca, crl]),
    trust: fingerprintOf([ca, crl]),
    expiresAtMs: Date.parse(leaf.validTo),
    certificate: leaf.fingerprint256,
  };
}

function fingerprintOf(files: readonly (Buffer | undefined)[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(
      createHash('sha256')
        .update(file ?? '')
        .digest(),
    );
  }
  return hash.digest('base64');
}

/** Tried out by itself: among the others OpenSSL would not say which file it is. */
function readCrl(flag: string, path: string): Buffer {
  const bytes = readPem(flag, path);
  if (!bytes.includes(PEM_CRL)) throw bad(`${flag}: ${path} has no X509 CRL in PEM.`);
  try {
    createSecureContext({ crl: bytes });
    return bytes;
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw bad(`${flag}: ${path} has a list that cannot be read (${code}).`);
  }
}

function readPem(flag: string, path: string): Buffer {
  const bytes = readOptionFile(flag, path);
  if (bytes.length > FILE_BYTES_MAX) throw bad(`${flag}: ${path} is longer than 1MiB.`);
  return bytes;
}

/** OpenSSL passes over what it cannot read among authorities: nobody would be trusted, in silence. */
function certificatesIn(
  flag: string,
  path: string,
  bytes: Buffer,
): [X509Certificate, ...X509Certificate[]] {
  const blocks = bytes.toString('latin1').match(PEM_CERTIFICATE) ?? [];
  try {
    const [first, ...others] = blocks.map((block) => new X509Certificate(block));
    if (first !== undefined) return [first, ...others];
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw bad(`${flag}: ${path} has a certificate that cannot be read (${code}).`);
  }
  throw bad(`${flag}: ${path} has no certificate in PEM.`);
}

function bad(text: string): StartError {
  return new StartError('badOption', text);
}
