// Files of results: read, refused with the field that is wrong, and merged.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mergeResults, readResults, resultsOf } from '../src/results/read-results.ts';
import type { Results } from '../src/results/results.ts';
import { resultsFixture, workloadOf } from './results-fixture.ts';

const asFile = (document: unknown): unknown => JSON.parse(JSON.stringify(document));

/** The document with one field, by its path, set to something else. */
function withField(path: string, value: unknown): unknown {
  const document = asFile(resultsFixture());
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const owner = keys.reduce((node, key) => (node as Record<string, unknown>)[key], document);
  (owner as Record<string, unknown>)[last] = value;
  return document;
}

describe('resultsOf', () => {
  it('takes a whole run as it is', () => {
    const results = resultsFixture();
    expect(resultsOf(asFile(results))).toEqual(asFile(results));
  });

  it("takes one workload's --json as a run of one", () => {
    const report = workloadOf('consume', [1_000, 2_000]);
    const results = resultsOf(asFile(report));
    expect(results.workloads).toEqual([asFile(report)]);
    expect(results.environment).not.toHaveProperty('settings');
  });

  it('takes a comparison with peers by itself', () => {
    const { peers } = resultsFixture();
    expect(resultsOf(asFile(peers))).toMatchObject({ workloads: [], peers: asFile(peers) });
  });

  it.each([
    ['format', 'other/2', /^format is not 'millrace-bench-results\/1' but "other\/2"$/],
    ['workloads', {}, /^workloads is not a list but an object$/],
    [
      'workloads.1.recordsPerSecond.median',
      '9',
      /^workloads\[1\]\.recordsPerSecond\.median is not a number but "9"$/,
    ],
    [
      'workloads.0.runs.1.records',
      null,
      /^workloads\[0\]\.runs\[1\]\.records is not a number but null$/,
    ],
    ['environment.versions.lmdb', 3, /^environment\.versions\.lmdb is not a text but 3$/],
    ['curves.0.curve', 'roads', /^curves\[0\]\.curve is not 'partitions' or .* but "roads"$/],
    [
      'workloads.0.latencyMs.curve.2',
      [1, 2, 3],
      /^workloads\[0\]\.latencyMs\.curve\[2\] is not a percentile/,
    ],
    [
      'peers.peers.0.modes.0.isFlushed',
      'yes',
      /^peers\.peers\[0\]\.modes\[0\]\.isFlushed is not true or false/,
    ],
    ['peers', undefined, /^peers is not an object but missing$/],
  ])('refuses %s = %j', (path, value, reason) => {
    expect(() => resultsOf(withField(path, value))).toThrow(reason);
  });

  it.each([[null], [7], [[]]])('refuses %j', (document) => {
    expect(() => resultsOf(document)).toThrow(/^the whole is not an object/);
  });

  it('refuses a workload that failed', () => {
    expect(() => resultsOf({ workload: 'queue', error: {} })).toThrow(/the figures of a workload/);
  });
});

describe('readResults', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-results-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('names the file', () => {
    const path = join(directory, 'broken.json');
    writeFileSync(path, '{"format":');
    expect(() => readResults(path)).toThrow(`${path} cannot be read`);
    writeFileSync(path, '{"format":"x"}');
    expect(() => readResults(path)).toThrow(`${path}: format is not`);
    expect(() => readResults(join(directory, 'none.json'))).toThrow(/none\.json cannot be read/);
  });
});

describe('mergeResults', () => {
  it('lets the later win, workload by workload, curve by curve, work by work of a peer', () => {
    const one = resultsFixture();
    const newer = workloadOf('queue --duration 9', [7]);
    const other = workloadOf('queue --batch 7', [8]);
    const [curve] = one.curves;
    if (curve === undefined || one.peers === null) throw new Error('not in the fixture');
    const two: Results = {
      ...one,
      workloads: [newer, other],
      curves: [{ ...curve, about: 'newer' }],
      peers: { ...one.peers, peers: [{ name: 'nats', title: 'N', client: 'n', modes: [] }] },
      failures: [{ part: 'a', reason: 'b' }],
    };
    const merged = mergeResults([one, two]);
    expect(merged.workloads).toHaveLength(one.workloads.length + 1);
    expect(merged.workloads).toEqual(expect.arrayContaining([newer, other]));
    expect(merged.curves.map(({ about }) => about)).toContain('newer');
    expect(merged.curves).toHaveLength(one.curves.length);
    expect(merged.peers?.peers.find(({ name }) => name === 'nats')?.title).toBe('N');
    expect(merged.peers?.peers).toHaveLength(one.peers.peers.length);
    const modesOf = ({ peers }: Results) => peers?.peers.map(({ name, modes }) => [name, modes]);
    expect(modesOf(merged)).toEqual(modesOf(one));
    expect(merged.failures).toHaveLength(2);
  });

  it('forgets what failed and was measured again', () => {
    const one = resultsFixture();
    const parts = [
      'queue --sync os',
      'latency --rate 7',
      'peers',
      'curve groups',
      'backlog 0: queue',
      'NATS JetStream, default: queue-one',
    ];
    const failed = { ...one, failures: parts.map((part) => ({ part, reason: 'no' })) };
    const again = { ...one, workloads: [workloadOf('queue --sync os', [7])], failures: [] };
    const left = mergeResults([failed, again]).failures?.map(({ part }) => part);
    expect(left).toEqual(['latency --rate 7', 'NATS JetStream, default: queue-one']);
    expect(mergeResults([failed]).failures).toHaveLength(parts.length);
  });

  it('puts the points of one curve together', () => {
    const one = resultsFixture();
    const [curve] = one.curves;
    const [line] = curve?.series ?? [];
    const [point] = line?.points ?? [];
    if (curve === undefined || line === undefined || point === undefined) throw new Error('none');
    const points = [
      { ...point, at: 2 },
      { ...point, megabytesPerSecond: 7 },
    ];
    const more = { ...curve, series: [{ ...line, points }] };
    const merged = mergeResults([one, { ...one, curves: [more] }]).curves[0]?.series;
    expect(merged?.[0]?.points.map(({ at }) => at)).toEqual([1, 2, 4, 16, 64, 256, 1_000]);
    expect(merged?.[0]?.points[0]?.megabytesPerSecond).toBe(7);
    expect(merged?.map(({ workload }) => workload)).toEqual(['produce', 'consume']);
  });
});
