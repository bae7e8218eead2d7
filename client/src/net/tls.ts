// TLS as connect() is told of it: checked, and read anew for every connection where it is a function, so that certificates
// can change under way. Keys lie in closures, where printing a client does not find them.

import { createSecureContext, type SecureContext } from 'node:tls';
import { MillraceError } from '@millrace/protocol';
import { booleanOption, nameOption } from '../options-check.ts';

const SERVER_NAME_BYTES_MAX = 255;

/** What a client trusts and shows over TLS. Certificates and keys are PEM. */
export interface TlsOptions {
  /** Authorities that are trusted instead of those of Node.js. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** The client's own certificate, for brokers that ask for one; with its intermediates. */
  readonly cert?: string | Uint8Array | undefined;
  /** The key of the certificate. */
  readonly key?: string | Uint8Array | undefined;
  /** The name that the broker's certificate has to bear; default: the host it is reached by. */
  readonly servername?: string | undefined;
  /** False: any certificate will do, and whoever answers may be anybody. Default: true. */
  readonly rejectUnauthorized?: boolean | undefined;
}

/** What connect() may be told of TLS; the function is asked at each connect. */
export type TlsChoice = boolean | TlsOptions | (() => TlsOptions | Promise<TlsOptions>);

/** As node:tls takes it. */
export interface TlsSettings {
  readonly secureContext: SecureContext;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
}

/** For one connection; undefined: in the clear. */
export type TlsSource = () => Promise<TlsSettings | undefined>;

export interface TlsTerms {
  readonly source: TlsSource;
  readonly isEncrypted: boolean;
  /** There is a certificate of the client, or a function that may give one. */
  readonly hasCertificate: boolean;
}

/** Throws INVALID_CONFIG where certificate and key are none, or one is there without the other. */
export function tlsTerms(choice: TlsChoice | undefined): TlsTerms {
  if (choice === undefined || choice === false) {
    return { source: async () => undefined, isEncrypted: false, hasCertificate: false };
  }
  if (typeof choice === 'function') {
    const source = async () => settingsOf(await choice());
    return { source, isEncrypted: true, hasCertificate: true };
  }
  const options = choice === true ? {} : choice;
  const settings = settingsOf(options);
  return {
    source: async () => settings,
    isEncrypted: true,
    hasCertificate: options.cert !== undefined,
  };
}

function settingsOf(options: TlsOptions): TlsSettings {
  if (typeof options !== 'object' || options === null) {
    throw new MillraceError('INVALID_CONFIG', 'tls is true, or its options.', { field: 'tls' });
  }
  const { cert, key, servername, rejectUnauthorized = true } = options;
  if ((cert === undefined) !== (key === undefined)) {
    const field = cert === undefined ? 'tls.cert' : 'tls.key';
    throw new MillraceError('INVALID_CONFIG', 'tls.cert and tls.key belong together.', { field });
  }
  booleanOption('tls.rejectUnauthorized', rejectUnauthorized);
  const secureContext = contextOf(options);
  if (servername === undefined) return { secureContext, rejectUnauthorized };
  nameOption('tls.servername', servername, SERVER_NAME_BYTES_MAX);
  return { secureContext, servername, rejectUnauthorized };
}

function contextOf({ ca, cert, key }: TlsOptions): SecureContext {
  const authorities = ca === undefined || isPem(ca) ? ca : [...ca];
  try {
    return createSecureContext({
      ...(authorities === undefined ? {} : { ca: pemOf(authorities) }),
      ...(cert === undefined ? {} : { cert: pemOf(cert) }),
      ...(key === undefined ? {} : { key: pemOf(key) }),
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const text = `What tls says of certificates and keys cannot be used: ${why}.`;
    throw new MillraceError('INVALID_CONFIG', text, { field: 'tls' }, { cause });
  }
}

type Pem = string | Uint8Array;

function isPem(given: Pem | readonly Pem[]): given is Pem {
  return typeof given === 'string' || given instanceof Uint8Array;
}

function pemOf(given: Pem | Pem[]): string | Buffer | (string | Buffer)[] {
  if (Array.isArray(given))
    return given.map((each) => (typeof each === 'string' ? each : Buffer.from(each)));
  return typeof given === 'string' ? given : Buffer.from(given);
}
