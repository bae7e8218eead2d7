// Alerts and the runbook say the same: an entry for each alert, an alert for each entry or the reason why there is none, one
// condition in both. Rules ask only for metrics and labels that exist. Whether they fire is for promtool to say, in test/sight.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { METRICS } from '../../broker/src/metrics/table.ts';
import { METRICS as GATEWAY_METRICS } from '../../gateway/src/metrics/table.ts';
import { ALERTS, DEPLOY, entryOf, RULES, runbookEntries } from './support/rules.ts';

const WORDS: Readonly<Record<string, string>> = {
  '1m': '1 minute',
  '2m': '2 minutes',
  '5m': '5 minutes',
  '10m': '10 minutes',
  '15m': '15 minutes',
  '30m': '30 minutes',
  '1h': '1 hour',
};
const SEVERITIES = ['critical', 'warning', 'info'];
const TABLE: Readonly<Record<string, { readonly labels: readonly string[] }>> = {
  ...METRICS,
  ...GATEWAY_METRICS,
};
/** Of the client library of Prometheus, and of Prometheus itself. */
const OTHERS = /^(?:millrace_(?:gateway_)?(?:process|nodejs)_\w+|up)$/;

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
const entries = runbookEntries();

describe.each(ALERTS)('$alert', ({ alert, expr, for: forTime, labels, annotations }) => {
  const entry = entries.get(entryOf(alert));

  test('points at its entry of the runbook', () => {
    expect(entry, `docs/runbook.md has no entry ${entryOf(alert)}`).toBeDefined();
    expect(annotations?.['runbook_url']).toBe(`{{ $externalLabels.runbook }}#${entryOf(alert)}`);
  });

  test('has the condition that the entry has', () => {
    const condition = forTime === undefined ? '' : ` for ${WORDS[forTime]}`;
    expect(oneLine(entry ?? '')).toContain(`- **When** \`${oneLine(expr)}\`${condition}.`);
  });

  test('says how bad, and what', () => {
    expect(SEVERITIES).toContain(labels?.['severity']);
    expect(annotations?.['summary']).toMatch(/\.$/);
    expect(annotations?.['description']).toMatch(/\.$/);
  });
});

test('each entry of the runbook has its alert, or says why there is none', () => {
  const alerted = new Set(ALERTS.map(({ alert }) => entryOf(alert)));
  const without = [...entries].filter(([name]) => !alerted.has(name));
  expect(
    without.filter(([, text]) => !text.includes('(No metric: ')).map(([name]) => name),
  ).toEqual([]);
  expect(without.length).toBeLessThan(3);
});

test('rules ask for metrics and labels that exist', () => {
  const recorded = new Set(RULES.flatMap(({ record }) => record ?? []));
  const unknown: string[] = [];
  for (const { expr } of RULES) {
    for (const [, name = '', labels = ''] of expr.matchAll(
      /((?:\w+:)?\b(?:millrace_\w+|up\b)(?::\w+)?)(?:\{([^}]*)\})?/g,
    )) {
      const spec = TABLE[name.replace(/_(?:bucket|sum|count)$/, '')] ?? TABLE[name];
      if (spec === undefined && !OTHERS.test(name) && !recorded.has(name)) unknown.push(name);
      for (const [, label = ''] of labels.matchAll(/(\w+)(?:=~|!=|!~|=)/g)) {
        const isKnown = spec === undefined ? label === 'job' : spec.labels.includes(label);
        if (!isKnown) unknown.push(`${name}{${label}}`);
      }
    }
  }
  expect(unknown).toEqual([]);
});

test('each rule has a test', () => {
  const folder = `${DEPLOY}prometheus/tests/`;
  const text = readdirSync(folder).map((file) => readFileSync(folder + file, 'utf8'));
  const tested = text.flatMap((each) =>
    (parse(each) as TestFile).tests.flatMap(({ alert_rule_test, promql_expr_test }) => [
      ...(alert_rule_test ?? [])
        .filter(({ exp_alerts }) => exp_alerts.length > 0)
        .map(({ alertname }) => alertname),
      ...(promql_expr_test ?? []).map(({ expr }) => expr),
    ]),
  );
  const names = RULES.map(({ alert, record }) => alert ?? record);
  expect(names.filter((name) => name !== undefined && !tested.includes(name))).toEqual([]);
});

interface TestFile {
  readonly tests: readonly {
    readonly alert_rule_test?: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
    readonly promql_expr_test?: readonly { readonly expr: string }[];
  }[];
}
