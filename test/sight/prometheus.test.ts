// The same topology as the compose file, without containers, seen through a real Prometheus: it scrapes, its rules run, each query of
// each dashboard and of the guide gives data. Skipped by name where Prometheus is not installed.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ResumeApp } from '../../examples/test/support/resume-app.ts';
import type { ComposeFile } from '../deploy/support/compose.ts';
import { asking, DASHBOARDS, type Dashboard, queryOf } from '../deploy/support/dashboards.ts';
import { DEPLOY, ROOT, RULES } from '../deploy/support/rules.ts';
import { LocalDeployment } from './support/local-deployment.ts';
import { type OddLoad, startOddLoad } from './support/odd-load.ts';
import { isInstalled, Prometheus, promtool } from './support/prometheus.ts';

const RATE_INTERVAL = '15s';
const DATA_MS_MAX = 90_000;
const RULE_FILES = ['alerts', 'recording'];

test.skipIf(!isInstalled).each([
  ['check', 'config', 'prometheus.yml'],
  ['check', 'rules', ...RULE_FILES.map((name) => `rules/${name}.yml`)],
  ['test', 'rules', ...RULE_FILES.map((name) => `tests/${name}.test.yml`)],
])('promtool %s %s', (verb, noun, ...files) => {
  const paths = files.map((file) => `${DEPLOY}prometheus/${file}`);
  const { code, text } = promtool([verb, noun, ...paths]);
  expect({ code, failed: text.includes('FAILED'), text }).toMatchObject({ code: 0, failed: false });
});

describe.skipIf(!isInstalled)('broker, Prometheus, producer and worker', () => {
  let deployment: LocalDeployment;
  let load: OddLoad;
  let prometheus: Prometheus;

  beforeAll(async () => {
    deployment = await LocalDeployment.start(1);
    prometheus = new Prometheus(deployment.urlOf('prometheus'));
    load = await startOddLoad(deployment.address, deployment.urlOf('broker'));
  }, 120_000);
  afterAll(async () => {
    await load?.end();
    await deployment?.end();
  });

  /** The queries that give nothing, after they had time to. */
  async function without(queries: readonly string[]): Promise<readonly string[]> {
    const deadline = Date.now() + DATA_MS_MAX;
    let left = queries;
    while (true) {
      const answers = await Promise.all(left.map((query) => prometheus.query(query)));
      left = left.filter((_, at) => answers[at]?.length === 0);
      if (left.length === 0 || Date.now() > deadline) return left;
      await sleep(500);
    }
  }

  test('they are those of the compose file, but Grafana', () => {
    const { services } = parse(readFileSync(`${DEPLOY}compose.yaml`, 'utf8')) as ComposeFile;
    const names = Object.entries(services).flatMap(([name, { profiles }]) =>
      name === 'grafana' || profiles !== undefined ? [] : name,
    );
    expect([...deployment.parts.keys()].toSorted()).toEqual(['all', ...names].toSorted());
  });

  test('a scrape is what promtool takes without a complaint', async () => {
    await without(['rate(millrace_http_requests_total[5s]) > 0']);
    const [target] = await prometheus.query('up{job="millrace"}');
    const reply = await fetch(`http://${target?.metric['instance']}/metrics`);
    const text = await reply.text();
    expect(text).toContain('millrace_requests_total{');
    expect(text).toContain('millrace_http_requests_total{');
    expect(promtool(['check', 'metrics'], text)).toEqual({ code: 0, text: '' });
  });

  test('Prometheus takes it', async () => {
    expect(await prometheus.targets()).toMatchObject([
      { scrapePool: 'millrace', health: 'up', lastError: '' },
    ]);
  });

  test('the load does what it should show', { timeout: 120_000 }, async () => {
    const conditions = [
      'sum(rate(millrace_queue_messages_deleted_total{queue="billing"}[15s])) > 5',
      'sum(millrace_queue_messages_dead_lettered_total{queue="billing"}) > 0',
      'sum(millrace_queue_messages_delayed{queue="billing"}) > 0',
      'sum(millrace_share_group_messages{group="seats", state="blocked"}) == 1',
      'sum(millrace_share_group_messages{group="seats", state="parked"}) == 1',
      'sum(rate(millrace_http_refused_requests_total{reason="host"}[15s])) > 0',
      'sum(millrace_http_feeds{kind="sse"}) == 1',
      'sum(rate(millrace_sqs_requests_total{action="SendMessage", outcome="ok"}[15s])) > 0',
      'millrace_consumer_group_members{group="turnover"} == 1',
    ];
    expect(await without(conditions)).toEqual([]);
  });

  /** The panels that have no data, after they had time to. */
  async function emptyPanels(board: Dashboard): Promise<readonly string[]> {
    const queries = new Map<string, string>();
    for (const { title, targets = [] } of asking(board)) {
      for (const { refId, expr } of targets) {
        queries.set(queryOf(expr, RATE_INTERVAL), `${title} ${refId}`);
      }
    }
    expect(queries.size).toBeGreaterThan(9);
    const empty = await without([...queries.keys()]);
    return empty.map((query) => `${queries.get(query)}: ${query}`);
  }

  const isOfTheExample = ({ file }: Dashboard) => file === 'resume-builder.json';
  const ofTheBroker = DASHBOARDS.filter((board) => !isOfTheExample(board));
  test.each(ofTheBroker)('every panel of $title has data', { timeout: 120_000 }, async (board) => {
    expect(await emptyPanels(board)).toEqual([]);
  });

  test('the variables of the dashboards have values', { timeout: 120_000 }, async () => {
    const asked = DASHBOARDS.flatMap(({ templating }) =>
      templating.list.flatMap(({ query }) => {
        const { query: text = '' } = Object(query) as { query?: string };
        const [, metric = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(text) ?? [];
        if (metric === '') return [];
        return [`count by (${label}) (${metric.replace('$instance', '.*')})`];
      }),
    );
    expect(asked.length).toBeGreaterThan(5);
    expect(await without([...new Set(asked)])).toEqual([]);
  });

  test('every query of the guide has data', { timeout: 120_000 }, async () => {
    const page = readFileSync(`${ROOT}docs/guide/monitoring.md`, 'utf8');
    const blocks = [...page.matchAll(/```promql\n([\s\S]*?)```/g)].map(([, text = '']) => text);
    expect(blocks.length).toBeGreaterThan(5);
    // Its ranges are for a scrape every 15 s.
    expect(await without(blocks.map((text) => text.replaceAll('[5m]', '[15s]')))).toEqual([]);
  });

  test('every rule runs, and what is recorded has data', { timeout: 120_000 }, async () => {
    const recorded = RULES.flatMap(({ record }) => record ?? []);
    expect(await without(recorded)).toEqual([]);
    const states = await prometheus.rules();
    expect(states.length).toBe(RULES.length);
    expect(states.filter(({ health, lastError }) => health !== 'ok' || lastError)).toEqual([]);
  });

  test('an alert fires and points into the runbook', { timeout: 120_000 }, async () => {
    expect(await without(['ALERTS{alertname="MillraceDeadLetters", alertstate="firing"}'])).toEqual(
      [],
    );
    const states = await prometheus.rules();
    const { alerts = [] } = states.find(({ name }) => name === 'MillraceDeadLetters') ?? {};
    expect(alerts.map(({ annotations }) => annotations['runbook_url'])).toEqual([
      'https://millrace.example/docs/runbook.md#dead-letters',
    ]);
  });

  // After the alert: its dead letter fires it, too.
  test.each(DASHBOARDS.filter(isOfTheExample))(
    'every panel of $title has data',
    {
      timeout: 180_000,
    },
    async (board) => {
      const app = await ResumeApp.start(deployment.address);
      try {
        await app.edit('ada', 'bad', { kind: 'remove-job', company: 'Nowhere' });
        await app.edit('ada', 'good', { kind: 'set-title', title: 'Countess' });
        expect(await emptyPanels(board)).toEqual([]);
      } finally {
        await app.end();
      }
    },
  );

  test('all end when they are told', { timeout: 60_000 }, async () => {
    const urls = [deployment.urlOf('broker'), deployment.urlOf('prometheus')];
    await load.end();
    expect(await deployment.end()).toBe(0);
    for (const url of urls) await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});
