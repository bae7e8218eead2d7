// For each request of security what is right, by position as on the wire, and for each field what does not belong there.
import { LIMITS } from '@millrace/protocol';
import type { HandledApiName } from '../../src/handlers/handler.ts';

export type SecurityApi = Extract<
  HandledApiName,
  | `${string}User${string}`
  | `${string}Token`
  | `${string}Acc${string}`
  | `${string}Acls`
  | 'CheckCredential'
>;
/** What is put into the field, the error, and the field that it names where that is another. */
type Case = readonly [value: unknown, code: string, field?: string];

const INVALID = 'INVALID_REQUEST';
const long = (bytes: number) => 'x'.repeat(bytes + 1);
const PAST = 1_000;
const KEY = new Uint8Array(32);
const password = (change: Partial<Record<0 | 1 | 2 | 3, unknown>>) =>
  Object.assign([new Uint8Array(16), 4_096, KEY, KEY], change);
/** Positions of choices: allow, topic, literal, read. */
const rule = (change: Partial<Record<0 | 1 | 2 | 3 | 4 | 5, unknown>>) =>
  Object.assign(['ada', 0, 0, 0, 'orders', 2], change);
const item = (change: Partial<Record<0 | 1 | 2, unknown>>) =>
  Object.assign([2, 0, 'orders'], change);

const badText = (max: number): Case[] => [
  [long(max), INVALID],
  ['é'.repeat(max / 2 + 1), INVALID],
  [5, INVALID],
  [['x'], INVALID],
  [{}, INVALID],
  [true, INVALID],
];
const badUser: Case[] = [
  ['who', 'UNKNOWN_USER'],
  ['', 'UNKNOWN_USER'],
  ['admin', 'UNKNOWN_USER'],
  ['gateway', 'UNKNOWN_USER'],
  ['*', 'UNKNOWN_USER'],
  ['ADA', 'UNKNOWN_USER'],
  ['ada ', 'UNKNOWN_USER'],
  ['constructor', 'UNKNOWN_USER'],
  [null, INVALID],
  ...badText(LIMITS.userNameBytesMax),
];
const badName: Case[] = [
  ...[
    '',
    '.',
    '..',
    'a b',
    'a/b',
    'a,b',
    'a=b',
    'a:b',
    '*',
    'ü',
    'a\u0000',
    'a\n',
    '\u202eada',
    long(128),
  ]
    .filter((name) => name.length <= LIMITS.userNameBytesMax)
    .map((name): Case => [name, 'INVALID_NAME']),
  ...['admin', 'gateway', 'anonymous', 'Admin', 'GATEWAY'].map(
    (name): Case => [name, 'INVALID_NAME'],
  ),
  ['ada', 'USER_EXISTS'],
  [null, INVALID],
  ...badText(LIMITS.userNameBytesMax),
];
const badPassword: Case[] = [
  ['pencil', INVALID],
  [[], INVALID, 'password.salt'],
  [password({ 0: new Uint8Array(0) }), INVALID, 'password.salt'],
  [password({ 0: new Uint8Array(7) }), INVALID, 'password.salt'],
  [password({ 0: new Uint8Array(65) }), INVALID, 'password.salt'],
  [password({ 1: 4_095 }), INVALID, 'password.iterations'],
  [password({ 1: 1_000_001 }), INVALID, 'password.iterations'],
  [password({ 1: 4_096.5 }), INVALID, 'request'],
  [password({ 2: new Uint8Array(31) }), INVALID, 'password.storedKey'],
  [password({ 2: new Uint8Array(33) }), INVALID, 'password.storedKey'],
  [password({ 2: 'x'.repeat(32) }), INVALID, 'password.storedKey'],
  [password({ 3: new Uint8Array(0) }), INVALID, 'password.serverKey'],
];
const badQuotas: Case[] = [
  [5, INVALID],
  [[0, null, null], INVALID, 'quotas.produceBytesPerSecond'],
  [[null, -1, null], INVALID, 'quotas.fetchBytesPerSecond'],
  [[null, 1.5, null], INVALID, 'request'],
  [[null, null, BigInt(LIMITS.quotaMax + 1)], INVALID, 'quotas.requestsPerSecond'],
  [['1', null, null], INVALID, 'quotas.produceBytesPerSecond'],
];
const badBool: Case[] = [
  [1, INVALID],
  ['true', INVALID],
];
const badExpiry: Case[] = [
  [0, INVALID],
  [PAST, INVALID],
  [-1, INVALID],
  [1.5, INVALID, 'request'],
  [2n ** 53n, INVALID],
  ['tomorrow', INVALID],
];
const badRules = (field: 'add' | 'remove'): Case[] => [
  [null, INVALID],
  [5, INVALID],
  [[5], INVALID, `${field}[0]`],
  [Array.from({ length: LIMITS.aclChangesMax + 1 }, () => rule({})), INVALID],
  [[rule({}), rule({ 0: long(128) })], INVALID, `${field}[1].user`],
  [[rule({ 1: 2 })], INVALID, `${field}[0].effect`],
  [[rule({ 2: 3 })], INVALID, `${field}[0].resource`],
  [[rule({ 3: -1 })], INVALID, `${field}[0].pattern`],
  [[rule({ 4: long(249) })], INVALID, `${field}[0].name`],
  [[rule({ 4: 'a/b' })], INVALID, `${field}[0].name`],
  [[rule({ 4: '' })], INVALID, `${field}[0].name`],
  [[rule({ 3: 1, 4: 'a*' })], INVALID, `${field}[0].name`],
  [[rule({ 2: 2 })], INVALID, `${field}[0].name`],
  [[rule({ 5: 8 })], INVALID, `${field}[0].operation`],
  [[rule({ 5: 7 })], INVALID, `${field}[0].operation`],
];

/** For each API what is right, by position, and what is wrong, by field. */
export const HOSTILE: {
  readonly [N in SecurityApi]: {
    readonly right: readonly unknown[];
    readonly wrong: Record<string, Case[]>;
  };
} = {
  CheckCredential: {
    right: [0, 'ada', 'pencil', null],
    wrong: {
      kind: [
        [2, INVALID],
        ['password', INVALID],
        [null, INVALID],
      ],
      user: [[null, INVALID], ...badText(LIMITS.userNameBytesMax)],
      secret: [[null, INVALID], ...badText(LIMITS.credentialsBytesMax)],
      remoteAddress: badText(64),
    },
  },
  GetAccessKey: {
    right: ['MINE', null, null],
    wrong: {
      accessKeyId: [
        ['', 'UNKNOWN_ACCESS_KEY'],
        ['mine', 'UNKNOWN_ACCESS_KEY'],
        ['__proto__', 'UNKNOWN_ACCESS_KEY'],
        [null, INVALID],
        ...badText(LIMITS.credentialIdBytesMax),
      ],
      remoteAddress: badText(64),
      signatureFailed: badBool,
    },
  },
  CreateUser: {
    right: ['new', null, null, null],
    wrong: { user: badName, password: badPassword, superuser: badBool, quotas: badQuotas },
  },
  AlterUser: {
    right: ['ada', null, null, null, null, null],
    wrong: {
      user: badUser,
      password: badPassword,
      removePassword: badBool,
      superuser: badBool,
      disabled: badBool,
      quotas: badQuotas,
    },
  },
  DeleteUser: { right: ['ada'], wrong: { user: badUser } },
  ListUsers: {
    right: [null, null, null],
    wrong: {
      users: [
        ['ada', INVALID],
        [['ada', 'who'], 'UNKNOWN_USER', 'users[1]'],
        [['ada', null], INVALID, 'users[1]'],
        [Array.from({ length: LIMITS.usersMax + 1 }, () => 'ada'), INVALID],
      ],
      after: badText(LIMITS.userNameBytesMax),
      limit: [
        [0, INVALID],
        [LIMITS.usersListedMax + 1, INVALID],
        ['1', INVALID],
        [1.5, INVALID, 'request'],
      ],
    },
  },
  CreateToken: {
    right: ['ada', null, null],
    wrong: {
      user: badUser,
      label: badText(LIMITS.credentialLabelBytesMax),
      expiresAtMs: badExpiry,
    },
  },
  RevokeToken: {
    right: ['none', null],
    wrong: {
      tokenId: [
        ['', 'UNKNOWN_TOKEN'],
        ['__proto__', 'UNKNOWN_TOKEN'],
        ['MINE', 'UNKNOWN_TOKEN'],
        [null, INVALID],
        ...badText(LIMITS.credentialIdBytesMax),
      ],
      token: [['mr_none', 'UNKNOWN_TOKEN', 'tokenId'], ...badText(LIMITS.credentialsBytesMax)],
    },
  },
  CreateAccessKey: {
    right: ['ada', null, null, null, null],
    wrong: {
      user: badUser,
      accessKeyId: [['ANOTHER', INVALID, 'secret'], ...badText(LIMITS.credentialIdBytesMax)],
      secret: [['a-secret', INVALID, 'accessKeyId'], ...badText(LIMITS.accessKeySecretBytesMax)],
      label: badText(LIMITS.credentialLabelBytesMax),
      expiresAtMs: badExpiry,
    },
  },
  RevokeAccessKey: {
    right: ['none'],
    wrong: {
      accessKeyId: [
        ['', 'UNKNOWN_ACCESS_KEY'],
        ['mine', 'UNKNOWN_ACCESS_KEY'],
        [null, INVALID],
        ...badText(LIMITS.credentialIdBytesMax),
      ],
    },
  },
  AlterAcls: {
    right: [[], []],
    wrong: {
      add: [
        ...badRules('add'),
        [[rule({ 0: 'who' })], 'UNKNOWN_USER', 'add[0].user'],
        [[rule({}), rule({ 0: 'admin' })], 'UNKNOWN_USER', 'add[1].user'],
        [[rule({ 0: '' })], 'UNKNOWN_USER', 'add[0].user'],
      ],
      remove: badRules('remove'),
    },
  },
  ListAcls: { right: [null], wrong: { user: badText(LIMITS.userNameBytesMax) } },
  CheckAccess: {
    right: ['ada', []],
    wrong: {
      user: badUser.filter(([value]) => value !== null),
      items: [
        [null, INVALID],
        [[5], INVALID, 'items[0]'],
        [Array.from({ length: LIMITS.aclChangesMax + 1 }, () => item({})), INVALID],
        [[item({ 0: 8 })], INVALID, 'items[0].operation'],
        [[item({ 1: 3 })], INVALID, 'items[0].resource'],
        [[item({}), item({ 2: long(249) })], INVALID, 'items[1].name'],
        [[item({ 2: null })], INVALID, 'items[0].name'],
      ],
    },
  },
};
