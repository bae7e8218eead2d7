// APIs of the connection itself: Hello, Cancel, Metadata.

import { LIMITS } from '../limits.ts';
import { api, array, bytes, choice, int, map, nullable, string, struct } from '../schema.ts';
import { CODECS, errorCode, errorMessage, topicId, topicName } from './shared.ts';

const apiRange = struct('Versions of one API.', {
  key: int('API key.', { max: 0xffff }),
  versionMin: int('Lowest version.', { max: 0xffff }),
  versionMax: int('Highest version.', { max: 0xffff }),
});

const codec = choice('A compression codec.', CODECS);

export const hello = api({
  key: 0,
  name: 'Hello',
  about: 'Open the conversation: the first request of every connection.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    clientName: string(
      'What the client calls itself, for logs and lists.',
      LIMITS.clientNameBytesMax,
    ),
    clientVersion: string('Version of the client library.', LIMITS.clientNameBytesMax),
    apis: array('API versions the client speaks.', apiRange, 1_000),
    codecs: array('Codecs the client can read.', codec, CODECS.length),
    mechanism: nullable(string('Authentication mechanism; absent: anonymous.', 64)),
    credentials: nullable(bytes('First message of the mechanism.', LIMITS.credentialsBytesMax)),
    actAs: nullable(
      string(
        'The connection acts for this user: for gateways, which need delegate on the cluster.',
        LIMITS.userNameBytesMax,
      ),
    ),
    actFor: nullable(string('Address of who it acts for, for the audit log.', 64)),
    clientId: nullable(
      string(
        'Made by chance by a client that has one connection at a time: a newer one ends those before it.',
        64,
      ),
    ),
    connectionNumber: int('Of the connections that this client has tried to open.', {
      fallback: 0,
    }),
  },
  response: {
    brokerVersion: string('Version of the broker.', LIMITS.clientNameBytesMax),
    instanceId: string('Names this data directory; it never changes.', 64),
    connectionId: int('Number of this connection, as logs name it.'),
    serverTimeMs: int("The broker's clock, ms since 1970."),
    apis: array('API versions the broker speaks.', apiRange, 1_000),
    codecs: array('Codecs the broker accepts in batches.', codec, CODECS.length),
    limits: map('Limits that clients have to respect, by name.', int('The limit.'), 256),
    challenge: nullable(
      bytes('Next message of the mechanism: Authenticate answers it.', LIMITS.credentialsBytesMax),
    ),
    user: nullable(
      string(
        'Who the connection is; absent: nobody, or the mechanism goes on.',
        LIMITS.userNameBytesMax,
      ),
    ),
  },
  errors: ['AUTHENTICATION_REQUIRED', 'AUTHENTICATION_FAILED', 'NOT_AUTHORIZED'],
});

export const cancel = api({
  key: 1,
  name: 'Cancel',
  about:
    'End a waiting request of this connection; it answers CANCELLED unless its reply was on the way.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: { target: int('Correlation id of the request to end.', { max: 0xffff_ffff }) },
  response: {},
  errors: [],
});

export const metadata = api({
  key: 2,
  name: 'Metadata',
  about: 'Ids, partitions and leaders of topics, and the brokers to reach them at.',
  versions: { min: 1, max: 1 },
  idempotent: true,
  request: {
    topics: nullable(array('Topics asked for; absent: all.', topicName, LIMITS.topicsMax)),
  },
  response: {
    brokers: array(
      'Brokers.',
      struct('A broker.', {
        brokerId: int('Broker number.'),
        host: string('Address to connect to.', 255),
        port: int('Port.', { max: 65_535 }),
      }),
      1_000,
    ),
    topics: array(
      'Topics, in the order asked for, or by name.',
      struct('A topic.', {
        errorCode,
        errorMessage,
        name: topicName,
        topicId,
        leaders: array(
          'Broker number of the leader, a partition.',
          int('Broker number.'),
          LIMITS.partitionsPerTopicMax,
        ),
      }),
      LIMITS.topicsMax,
    ),
  },
  errors: ['UNKNOWN_TOPIC'],
});
