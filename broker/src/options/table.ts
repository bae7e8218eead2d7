// Every option of the broker, once. Flags, environment variables, --help, validation, the type BrokerOptions and
// docs/reference/options.md derive from this table.

import {
  checkTlsOptions,
  DAY,
  GIB,
  MIB,
  MINUTE,
  type OptionsOf,
  type OptionTable,
  PROCESS_OPTIONS,
  renderOptionRows,
  SECOND,
  StartError,
  TIB,
  type TlsFlags,
  type TlsPaths,
} from '@millrace/options';
import { LIMITS } from '@millrace/protocol';
import { checkExposure } from './exposure.ts';
import { NET_OPTIONS } from './net-options.ts';

const PORT = { kind: 'count', min: 0, max: 65_535 } as const;

export const OPTIONS = {
  host: {
    kind: 'text',
    noun: 'address',
    fallback: '127.0.0.1',
    about:
      'Address to listen on. Beyond loopback it takes --authentication required, or --allow-anonymous.',
  },
  port: { ...PORT, fallback: 7650, about: 'Port of the protocol; 0 takes a free one.' },
  adminHost: {
    kind: 'text',
    noun: 'address',
    fallback: '',
    about: 'Address of the admin HTTP server; empty: the same as the host.',
  },
  adminPort: {
    ...PORT,
    fallback: 7652,
    about: 'Port of the admin HTTP server (health, metrics); 0 takes a free one.',
  },
  advertisedHost: {
    kind: 'text',
    noun: 'address',
    fallback: '',
    about: 'Address that clients are told to connect to; empty: the one they reached.',
  },
  advertisedPort: {
    ...PORT,
    fallback: 0,
    about: 'Port that clients are told to connect to; 0: the one they reached.',
  },
  authentication: {
    kind: 'choice',
    values: ['none', 'required'],
    fallback: 'none',
    about:
      'none: whoever reaches the port may do everything. required: connections have to log in, and may do what access rules allow.',
  },
  allowAnonymous: {
    kind: 'switch',
    fallback: false,
    about:
      'Listen beyond loopback without authentication: anyone who reaches the port may do everything.',
  },
  tlsCert: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about:
      'Certificate chain in PEM; with --tls-key the protocol and the admin port speak TLS only. Read again when it changes.',
  },
  tlsKey: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about: 'Private key in PEM of --tls-cert.',
  },
  tlsClientCa: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about: 'Certificates in PEM of the authorities that clients’ certificates are verified with.',
  },
  tlsClientCrl: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about:
      'Lists in PEM of certificates that --tls-client-ca has revoked, one of each authority in it. Read again when it changes.',
  },
  tlsClientAuth: {
    kind: 'choice',
    values: ['none', 'optional', 'required'],
    fallback: 'none',
    about:
      'Whether clients of the protocol are asked for a certificate, whose common name is a user they may log in as.',
  },
  secretsKeyFile: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about:
      'File with 32 bytes, in base64 or hex, that the secrets of access keys are encrypted with; without it there are none.',
  },
  secretsKeyPreviousFile: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about:
      'File with keys, one a line, that were in --secrets-key-file before: at the start, what is encrypted with one of them is encrypted anew.',
  },
  auditLog: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about:
      'File that the audit log is appended to, as lines of JSON; empty: with --authentication required it goes to the log.',
  },
  metricsAnonymous: {
    kind: 'switch',
    fallback: false,
    about: 'Show /metrics beyond loopback to anyone who asks.',
  },
  dataDir: {
    kind: 'text',
    noun: 'path',
    fallback: './data',
    about: 'Directory of the data file; created where it is missing.',
  },
  sync: {
    kind: 'choice',
    values: ['always', 'os'],
    fallback: 'always',
    about:
      'always: replies wait until the data is flushed to the disk. os: the system flushes when it likes; a power cut or system crash may lose what was acknowledged, the death of this process does not.',
  },
  mapSize: {
    kind: 'bytes',
    min: 16 * MIB,
    max: 64 * TIB,
    fallback: GIB,
    about:
      'Address space mapped for the data file at the start; it grows by itself. It costs neither memory nor disk.',
  },
  commitQueueBytes: {
    kind: 'bytes',
    min: MIB,
    max: 4 * GIB,
    fallback: 16 * MIB,
    about:
      'Writes waiting for the next commit; above it the broker reads no requests until there is room.',
  },
  storageReserve: {
    kind: 'bytes',
    min: 0,
    max: TIB,
    fallback: 256 * MIB,
    about:
      'Producing stops when less than this can still be written; acknowledging and reading go on.',
  },
  retentionCheckInterval: {
    kind: 'duration',
    min: 100,
    max: DAY,
    fallback: 10 * SECOND,
    about: 'How often segments past their retention are looked for.',
  },
  offsetsRetention: {
    kind: 'duration',
    min: SECOND,
    max: 3_650 * DAY,
    orNever: true,
    fallback: 7 * DAY,
    about:
      'A consumer group without members goes with its offsets when nothing was committed for this long; -1: never.',
  },
  scrubRate: {
    kind: 'bytes',
    min: 0,
    max: GIB,
    fallback: 4 * MIB,
    about:
      'Bytes a second that are read once a day to find damaged batches which nobody reads; 0: none.',
  },
  leaseRestartGrace: {
    kind: 'duration',
    min: 0,
    max: 10 * MINUTE,
    fallback: 10 * SECOND,
    about:
      'After a start no lease ends by time for this long, so that workers can reconnect and finish.',
  },
  autoCreateTopics: {
    kind: 'switch',
    fallback: false,
    about: 'Create a topic when a client asks for the metadata of one that does not exist.',
  },
  autoCreateShareGroups: {
    kind: 'switch',
    fallback: false,
    about: 'Create a share group when a member receives from one that does not exist.',
  },
  defaultPartitions: {
    kind: 'count',
    min: 1,
    max: LIMITS.partitionsPerTopicMax,
    fallback: 1,
    about: 'Partitions of topics that are created automatically.',
  },
  ...NET_OPTIONS,
  ...PROCESS_OPTIONS,
} as const satisfies OptionTable;

/** Sizes in bytes, times in milliseconds. */
export type BrokerOptions = OptionsOf<typeof OPTIONS>;

/** Throws StartError `badOption`. */
export function checkBrokerOptions(options: BrokerOptions): void {
  const adminHost = options.adminHost === '' ? options.host : options.adminHost;
  if (options.port !== 0 && options.port === options.adminPort && options.host === adminHost) {
    throw new StartError('badOption', `--port and --admin-port are both ${options.port}.`);
  }
  checkExposure(options, adminHost);
  if (options.secretsKeyPreviousFile !== '' && options.secretsKeyFile === '') {
    const message = '--secrets-key-previous-file takes --secrets-key-file with the new key.';
    throw new StartError('badOption', message);
  }
  checkTlsOptions(BROKER_TLS_FLAGS, tlsPathsOf(options));
}

export const BROKER_TLS_FLAGS: TlsFlags = {
  cert: '--tls-cert',
  key: '--tls-key',
  clientCa: '--tls-client-ca',
  clientCrl: '--tls-client-crl',
  clientAuth: '--tls-client-auth',
};

export function tlsPathsOf(options: BrokerOptions): TlsPaths {
  return {
    cert: options.tlsCert,
    key: options.tlsKey,
    clientCa: options.tlsClientCa,
    clientCrl: options.tlsClientCrl,
    clientAuth: options.tlsClientAuth,
  };
}

/** The broker's options as a table in Markdown. */
export function renderBrokerOptions(): string {
  return renderOptionRows(OPTIONS);
}
