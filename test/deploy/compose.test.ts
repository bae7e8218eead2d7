// deploy/compose.yaml: it has the shape, pins its images, and all it names is there: files, volumes, services, options. Docker itself
// does not run here.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { OPTIONS } from '../../broker/src/options/table.ts';
import { GATEWAY_OPTIONS } from '../../gateway/src/options/table.ts';
import { variableOf } from '../../options/src/option-table.ts';
import { type ComposeFile, faultsOf, type Service } from './support/compose.ts';
import { DEPLOY, ROOT } from './support/rules.ts';

const text = readFileSync(`${DEPLOY}compose.yaml`, 'utf8');
const file = parse(text) as ComposeFile;
const services = Object.entries(file.services);
const read = (path: string) => readFileSync(DEPLOY + path, 'utf8');
const mountsOf = ({ volumes = [] }: Service) =>
  volumes.map((volume) => {
    const [from = '', to = ''] = volume.split(':');
    return { from, to };
  });

test('it has the shape', () => {
  expect(faultsOf(file)).toEqual([]);
});

test.each([
  ['an image without an exact version', 'prom/prometheus:v2.53.4', 'prom/prometheus:latest'],
  ['a key that there is not', 'stop_grace_period', 'stop_grace_perod'],
  ['a port for everybody', '127.0.0.1:9090:9090', '9090:9090'],
  ['a switch without quotes', '"true"', 'true'],
  ['no healthcheck', 'healthcheck: { disable: true }', ''],
])('%s is a fault', (_, from, to) => {
  expect(text).toContain(from);
  expect(faultsOf(parse(text.replace(from, to)))).not.toEqual([]);
});

test('the image that is built has the version that is built, on exact versions', () => {
  const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
    version: string;
  };
  const names = services
    .map(([, { image }]) => image)
    .filter((name) => name.startsWith('millrace'));
  const ours = ['millrace', 'millrace-resume-builder'].map((name) => `${name}:${version}`);
  expect([...new Set(names)]).toEqual(ours);
  for (const recipe of ['Dockerfile', 'examples/Dockerfile']) {
    const stages = [...readFileSync(ROOT + recipe, 'utf8').matchAll(/^FROM (\S+)/gm)];
    expect(stages.length).toBe(2);
    for (const [, image = ''] of stages) expect(image).toMatch(/^node:\d+\.\d+\.\d+-/);
  }
});

describe.each(services)('%s', (name, service) => {
  test('mounts what is there', () => {
    const missing = mountsOf(service).filter(({ from }) =>
      from.startsWith('./') ? !existsSync(DEPLOY + from) : !(from in file.volumes),
    );
    expect(missing).toEqual([]);
    const { context = '..', dockerfile = 'Dockerfile' } = service.build ?? {};
    expect(statSync(`${DEPLOY}${context}/${dockerfile}`).isFile()).toBe(true);
  });

  test('waits for services that can tell that they are well', () => {
    const others = Object.keys(service.depends_on ?? {});
    expect(others.filter((other) => file.services[other]?.healthcheck.test === undefined)).toEqual(
      [],
    );
  });

  test('sets options that exist', () => {
    const known = Object.keys({ ...OPTIONS, ...GATEWAY_OPTIONS }).map(variableOf);
    const ours = Object.keys(service.environment ?? {}).filter((key) => key.startsWith('MILL'));
    expect(ours.filter((key) => !known.includes(key))).toEqual([]);
    const expected = name === 'grafana' ? /^GF_[A-Z_]+$/ : /^MILLRACE_/;
    for (const key of Object.keys(service.environment ?? {})) expect(key).toMatch(expected);
  });

  test('runs programs that are there', () => {
    const [program = 'node', path = 'package.json'] = service.command ?? [];
    const source = path.replace('/dist/', '/src/').replace(/\.js$/, '.ts');
    expect(program !== 'node' || existsSync(ROOT + source)).toBe(true);
  });
});

test('no volume is declared for nobody', () => {
  const used = new Set(
    services.flatMap(([, service]) => mountsOf(service).map(({ from }) => from)),
  );
  expect(Object.keys(file.volumes).filter((name) => !used.has(name))).toEqual([]);
});

test('the parts find each other', () => {
  const names = Object.keys(file.services);
  const { scrape_configs } = parse(read('prometheus/prometheus.yml')) as {
    scrape_configs: { static_configs: { targets: string[] }[] }[];
  };
  const targets = scrape_configs.flatMap(({ static_configs }) =>
    static_configs.flatMap((each) => each.targets),
  );
  expect(targets).toEqual([`broker:${OPTIONS.adminPort.fallback}`]);
  expect(names).toContain('broker');

  const { datasources } = parse(read('grafana/provisioning/datasources/prometheus.yml')) as {
    datasources: { url: string }[];
  };
  expect(datasources.map(({ url }) => url)).toEqual(['http://prometheus:9090']);
  expect(names).toContain('prometheus');

  const { providers } = parse(read('grafana/provisioning/dashboards/millrace.yml')) as {
    providers: { options: { path: string } }[];
  };
  const mounted = mountsOf(file.services['grafana'] as Service);
  const to = mounted.find(({ from }) => from === './grafana/dashboards')?.to;
  expect(providers.map(({ options }) => options.path)).toEqual([to]);
  const home = file.services['grafana']?.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'];
  expect(existsSync(`${DEPLOY}grafana/dashboards/${home?.replace(`${to}/`, '')}`)).toBe(true);
});
