// The runbook: each alert has its four parts, names metrics and options that exist, and points at headings that are there. The
// names of alerts are links from outside: one that goes away breaks them.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { METRICS } from '../../broker/src/metrics/table.ts';
import { OPTIONS as BROKER_OPTIONS } from '../../broker/src/options/table.ts';
import { METRICS as GATEWAY_METRICS } from '../../gateway/src/metrics/table.ts';
import { GATEWAY_OPTIONS } from '../../gateway/src/options/table.ts';
import { flagOf } from '../../options/src/option-table.ts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));
const page = readFileSync(`${DOCS}runbook.md`, 'utf8');
const PARTS = ['When', 'Means', 'Look', 'Do'];
/** Of the client library of Prometheus. */
const OF_THE_PROCESS = /^millrace_(?:process|nodejs)_\w+$/;
/** Of other programs. */
const OTHER_FLAGS = new Set([
  '--verify',
  '--dry-run',
  '--before',
  '--watch',
  '--state',
  '--key',
  '--skip',
  '--dead-letter',
]);

const alerts = [...page.matchAll(/^## ([a-z-]+)\n([\s\S]*?)(?=^#)/gm)].map(
  ([, name = '', text = '']) => ({ name, text }),
);

/** The alerts as others may point at them: none goes away. */
const NAMES = [
  'broker-down',
  'broker-not-ready',
  'broker-restarts',
  'disk-nearly-full',
  'commits-slow',
  'commits-aborted',
  'commit-queue-full',
  'event-loop-held-up',
  'memory-high',
  'open-files-near-limit',
  'connections-refused',
  'clients-cut-off',
  'bytes-that-are-no-request',
  'logins-failing',
  'requests-denied',
  'requests-failing',
  'clients-throttled',
  'damaged-batch',
  'queue-falls-behind',
  'queue-without-workers',
  'dead-letters',
  'keys-blocked',
  'gateway-not-ready',
  'http-errors',
  'http-refused',
  'backup-old',
];

test('the alerts that others point at', () => {
  expect(alerts.map(({ name }) => name)).toEqual(expect.arrayContaining(NAMES));
  expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
});

describe.each(alerts)('$name', ({ text }) => {
  test('says when, what, where to look and what to do', () => {
    expect([...text.matchAll(/^- \*\*(\w+)\*\* \S/gm)].map(([, part]) => part)).toEqual(PARTS);
  });
});

test('it names only metrics that exist', () => {
  const known = new Set<string>(Object.keys({ ...METRICS, ...GATEWAY_METRICS }));
  const named = [...page.matchAll(/millrace_\w+/g)].map(([name]) =>
    name.replace(/_(?:bucket|sum|count)$/, ''),
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((name) => !known.has(name) && !OF_THE_PROCESS.test(name))).toEqual([]);
});

test('it names only options that exist', () => {
  const known = new Set(Object.keys({ ...BROKER_OPTIONS, ...GATEWAY_OPTIONS }).map(flagOf));
  const named = [...page.matchAll(/--[a-z][a-z-]+/g)].map(([name]) => name);
  expect(named.filter((name) => !known.has(name) && !OTHER_FLAGS.has(name))).toEqual([]);
});

test('its links lead somewhere', () => {
  const broken = [...page.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g)].filter(
    ([, file = '', anchor]) => {
      const path = file === '' ? `${DOCS}runbook.md` : `${DOCS}${file}`;
      if (!existsSync(path)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(path, 'utf8')).has(anchor);
    },
  );
  expect(broken.map(([link]) => link)).toEqual([]);
});

function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase(),
  );
  return new Set(headings.map((each) => each.replaceAll(/[^\w\s-]/g, '').replaceAll(' ', '-')));
}
