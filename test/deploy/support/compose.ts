// What a compose file of ours may say: the part of the Compose Specification that it uses, and nothing besides. Stricter than the
// specification, so that a key that is misspelt or new is looked at.

import { Ajv } from 'ajv';

const TEXT = { type: 'string', minLength: 1 } as const;
const TEXTS = { type: 'array', items: TEXT, minItems: 1 } as const;
const DURATION = { type: 'string', pattern: '^\\d+(ms|s|m)$' } as const;
const object = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});

const HEALTHCHECK = {
  oneOf: [
    object({ disable: { const: true } }, ['disable']),
    object(
      {
        test: TEXTS,
        interval: DURATION,
        timeout: DURATION,
        retries: { type: 'integer', minimum: 1 },
        start_period: DURATION,
      },
      ['test', 'interval', 'timeout', 'retries'],
    ),
  ],
};

const SERVICE = object(
  {
    build: object({ context: TEXT, dockerfile: TEXT }, ['context', 'dockerfile']),
    // An exact version, never `latest` or the first part of one.
    image: { type: 'string', pattern: '^[\\w./-]+:v?\\d+\\.\\d+\\.\\d+(@sha256:[0-9a-f]{64})?$' },
    // A service with profiles is started where one of them is asked for.
    profiles: TEXTS,
    command: TEXTS,
    // Numbers and switches in YAML become text differently in different programs: they are quoted.
    environment: {
      type: 'object',
      propertyNames: { pattern: '^[A-Z][A-Z0-9_]*$' },
      additionalProperties: { type: 'string' },
    },
    // On loopback only: nobody is asked who he is.
    ports: {
      type: 'array',
      items: { type: 'string', pattern: '^127\\.0\\.0\\.1:\\d{4,5}:\\d{4,5}$' },
    },
    volumes: {
      type: 'array',
      items: { type: 'string', pattern: '^(\\./[\\w./-]+:/[\\w./-]+:ro|[a-z-]+:/[\\w./-]+)$' },
    },
    depends_on: {
      type: 'object',
      additionalProperties: object({ condition: { const: 'service_healthy' } }, ['condition']),
    },
    stop_grace_period: DURATION,
    restart: { const: 'unless-stopped' },
    healthcheck: HEALTHCHECK,
  },
  ['image', 'restart', 'healthcheck'],
);

const FILE = object(
  {
    name: TEXT,
    services: { type: 'object', additionalProperties: SERVICE, minProperties: 1 },
    volumes: { type: 'object', additionalProperties: { type: 'null' } },
  },
  ['name', 'services', 'volumes'],
);

export interface Service {
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly healthcheck: { readonly disable?: true; readonly test?: readonly string[] };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const check = new Ajv({ allErrors: true }).compile(FILE);

/** What is wrong with a parsed file. */
export function faultsOf(file: unknown): readonly string[] {
  if (check(file)) return [];
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
