// The table of log events and the code say the same: every event is written somewhere, with the fields that the table has.
// That no other event is written the compiler sees to, but for what goes through the HTTP server's log.

import { LOG_EVENTS, LOG_FIELDS, type LogEventSpec } from '@millrace/options';
import { expect, it } from 'vitest';
import { isSourceFile, listFiles, readText } from './sources.ts';

const CODE = ['broker', 'gateway', 'launcher', 'options'].flatMap((owner) =>
  listFiles(`${owner}/src`).filter(
    (path) => isSourceFile(path) && !path.endsWith('process/log-events.ts'),
  ),
);
const TEXTS = CODE.map((path) => readText(path));

const written = new Set(
  TEXTS.flatMap((text) =>
    [...text.matchAll(/(?<!\()\bevent: '([a-z_]+)'/g)].map(([, name]) => name),
  ),
);
/** Of the audit log, which has lines of its own. */
const AUDIT = new Set(['login', 'change']);

it('every event of the table is written', () => {
  expect(Object.keys(LOG_EVENTS).filter((name) => !written.has(name))).toEqual([]);
});

it('every event that is written is in the table', () => {
  const unknown = [...written].filter((name) => name !== undefined && !(name in LOG_EVENTS));
  expect(unknown.filter((name) => name !== undefined && !AUDIT.has(name))).toEqual([]);
});

it('every field of the table is one of some event', () => {
  const specs: readonly LogEventSpec[] = Object.values(LOG_EVENTS);
  const used = new Set<string>(specs.flatMap(({ fields }) => fields));
  expect(Object.keys(LOG_FIELDS).filter((name) => !used.has(name))).toEqual([]);
});
