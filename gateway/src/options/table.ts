// Every option of the HTTP gateway, once. Flags, environment variables, --help, validation, the type GatewayOptions and
// docs/reference/options.md derive from this table. The launcher takes it beside the broker's, so no name stands in both.

import {
  KIB,
  MIB,
  MINUTE,
  type OptionsOf,
  type OptionTable,
  PROCESS_OPTIONS,
  renderOptionRows,
  SECOND,
} from '@millrace/options';

export const GATEWAY_OPTIONS = {
  httpHost: {
    kind: 'text',
    noun: 'address',
    fallback: '127.0.0.1',
    about:
      'Address of the HTTP gateway. Beyond loopback it takes a broker with authentication, or --allow-anonymous.',
  },
  httpPort: {
    kind: 'count',
    min: 0,
    max: 65_535,
    fallback: 7651,
    about: 'Port of the HTTP gateway (Amazon SQS API, REST, jobs, live feed); 0 takes a free one.',
  },
  httpHostNames: {
    kind: 'text',
    noun: 'names',
    fallback: '',
    about:
      'Names, by comma, under which browsers reach the gateway, beside loopback names and addresses: others are refused on REST.',
  },
  httpCorsOrigins: {
    kind: 'text',
    noun: 'origins',
    fallback: '',
    about:
      'Origins, by comma, whose pages may use the gateway, such as https://console.example; empty: none but its own.',
  },
  httpAllowPlaintext: {
    kind: 'switch',
    fallback: false,
    about:
      'Take passwords and tokens beyond loopback without TLS: for a gateway behind a proxy that has it.',
  },
  httpTlsCert: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about:
      'Certificate chain in PEM; with --http-tls-key the gateway speaks HTTPS only. Read again when it changes.',
  },
  httpTlsKey: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about: 'Private key in PEM of --http-tls-cert.',
  },
  httpTlsClientCa: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about: 'Certificates in PEM of the authorities that callers’ certificates are verified with.',
  },
  httpTlsClientCrl: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about:
      'Lists in PEM of certificates that --http-tls-client-ca has revoked, one of each authority in it. Read again when it changes.',
  },
  httpTlsClientAuth: {
    kind: 'choice',
    values: ['none', 'optional', 'required'],
    fallback: 'none',
    about:
      'Whether callers are asked for a certificate, whose common name is the user they are. Requests of the SQS API are signed all the same.',
  },
  httpBodyBytes: {
    kind: 'bytes',
    min: 8 * MIB,
    max: 256 * MIB,
    fallback: 16 * MIB,
    about: 'The largest body of a request; a larger one is refused with 413.',
  },
  httpBodiesBytes: {
    kind: 'bytes',
    min: 8 * MIB,
    max: 65_536 * MIB,
    fallback: 256 * MIB,
    about:
      'Bodies above 16 KiB that are in memory at a time, over all connections; what goes beyond is refused with 503.',
  },
  httpHeaderBytes: {
    kind: 'bytes',
    min: 4 * KIB,
    max: MIB,
    fallback: 32 * KIB,
    about: 'The largest head of a request, first line included; a larger one is refused with 431.',
  },
  httpConnectionsMax: {
    kind: 'count',
    min: 1,
    max: 1_000_000,
    fallback: 10_000,
    about: 'Connections at a time; one more is closed at once.',
  },
  httpConnectionsPerAddress: {
    kind: 'count',
    min: 1,
    max: 1_000_000,
    fallback: 5_000,
    about:
      'Connections of one address at a time; one more is closed at once. Behind a proxy all are of its address.',
  },
  httpWaitingMax: {
    kind: 'count',
    min: 1,
    max: 1_000_000,
    fallback: 10_000,
    about: 'Receives that wait for messages at a time; one more is refused with 503.',
  },
  httpRateLimit: {
    kind: 'count',
    min: 0,
    max: 1_000_000,
    fallback: 0,
    about:
      'Requests a second of one address; more are refused with 429, or throttled. 0: any number.',
  },
  httpHeadersTimeout: {
    kind: 'duration',
    min: 100,
    max: 10 * MINUTE,
    fallback: 10 * SECOND,
    about: 'A connection that has not sent the head of a request by then is closed with 408.',
  },
  httpRequestTimeout: {
    kind: 'duration',
    min: 100,
    max: 60 * MINUTE,
    fallback: MINUTE,
    about: 'A connection that has not sent a whole request by then is closed with 408.',
  },
  httpIdleTimeout: {
    kind: 'duration',
    min: 100,
    max: 60 * MINUTE,
    fallback: 75 * SECOND,
    about: 'A connection without a request for this long is closed.',
  },
  sqsRegion: {
    kind: 'text',
    noun: 'region',
    fallback: 'us-east-1',
    about: 'Region in the ARNs of queues, where a request is not signed for another one.',
  },
  sqsAccount: {
    kind: 'text',
    noun: 'account',
    fallback: '000000000000',
    about: 'Account in the URLs and ARNs of queues: twelve digits.',
  },
  sqsPublicUrl: {
    kind: 'text',
    noun: 'url',
    fallback: '',
    about:
      'What queue URLs begin with, such as https://queues.example, for callers behind a proxy; empty: as the caller reached the gateway.',
  },
} as const satisfies OptionTable;

/** Sizes in bytes, times in milliseconds. */
export type GatewayOptions = OptionsOf<typeof GATEWAY_OPTIONS>;

/** Of a gateway that is a process of its own. */
export const GATEWAY_PROCESS_OPTIONS = {
  broker: {
    kind: 'text',
    noun: 'host:port',
    fallback: '127.0.0.1:7650',
    about: 'The broker; several addresses by comma: any of them will do.',
  },
  brokerTokenFile: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about:
      'File with the token that the gateway logs in to its broker with, of a user that may delegate on the cluster; read again at each connect.',
  },
  brokerTls: {
    kind: 'switch',
    fallback: false,
    about: 'Speak TLS with the broker, and trust the authorities that Node.js trusts.',
  },
  brokerTlsCa: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about:
      'Certificates in PEM of the authorities to trust instead; implies --broker-tls. These files are read again at each connect.',
  },
  brokerTlsCert: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about: 'Certificate in PEM that the gateway shows the broker; implies --broker-tls.',
  },
  brokerTlsKey: {
    kind: 'text',
    noun: 'path',
    fallback: '',
    about: 'Private key in PEM of --broker-tls-cert.',
  },
  brokerTlsServerName: {
    kind: 'text',
    noun: 'name',
    fallback: '',
    about: 'Name that the broker’s certificate has to bear; empty: the host of --broker.',
  },
  allowAnonymous: {
    kind: 'switch',
    fallback: false,
    about:
      'Listen beyond loopback though the broker asks nobody: anyone who reaches the port may do everything.',
  },
  ...GATEWAY_OPTIONS,
  ...PROCESS_OPTIONS,
} as const satisfies OptionTable;

export type GatewayProcessOptions = OptionsOf<typeof GATEWAY_PROCESS_OPTIONS>;

/** The gateway's options as a table in Markdown. */
export function renderGatewayOptions(): string {
  return renderOptionRows(GATEWAY_OPTIONS);
}
