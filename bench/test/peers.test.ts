// The comparison with peers as it runs: Millrace measured by the works of all peers, in real processes; who is not there
// is skipped by name; nothing is left behind.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasFailed } from '../src/peers/compare.ts';
import { INSTALL } from '../src/peers/load-kind.ts';
import { comparisonText } from '../src/peers/people.ts';
import { parseRow, treeCpuSeconds, treeResidentBytes } from '../src/peers/process-tree.ts';
import { mustCount } from '../src/peers/works/fill.ts';
import { numbered, Seen } from '../src/peers/works/numbered.ts';
import { PEER_WORKS, type PeerComparison } from '../src/results/results.ts';
import { ENVIRONMENT } from './outcome.ts';

const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
const TINY = ['--duration', '0.2', '--warmup', '0.1', '--runs', '1', '--rate', '500'];
const LONG_MS = 120_000;
const LONG = { timeout: LONG_MS };

let temporary = '';

beforeAll(() => {
  temporary = mkdtempSync(join(tmpdir(), 'millrace-peers-test-'));
});

afterAll(() => rmSync(temporary, { recursive: true, force: true }));

function peers(...args: string[]) {
  const env = { ...process.env, TMPDIR: temporary };
  return spawnSync(process.execPath, [BIN, 'peers', ...args], { encoding: 'utf8', env });
}

describe('bench -- peers', () => {
  it('measures every work on Millrace, flushed and not, and leaves nothing behind', LONG, () => {
    const { stdout, stderr, status } = peers('--only', 'millrace', '--json', ...TINY);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const { peers: compared } = JSON.parse(stdout) as PeerComparison;
    expect(compared).toHaveLength(1);
    expect(compared[0]?.modes.map((each) => each.isFlushed)).toEqual([true, false]);
    for (const { works } of compared[0]?.modes ?? []) {
      expect(works.map(({ work }) => work)).toEqual(PEER_WORKS);
      expect(
        works.filter(({ recordsPerSecond }) => !(Number(recordsPerSecond?.median) > 0)),
      ).toEqual([]);
    }
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('skips a peer that is not installed, by name', () => {
    const path = { PATH: temporary };
    const env = { ...process.env, ...path, TMPDIR: temporary };
    const args = [BIN, 'peers', '--only', 'redis-streams', ...TINY];
    const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
    expect(stdout).toContain('skipped: redis-streams: ');
    expect(stdout).toContain(INSTALL);
    expect(status).toBe(0);
  });

  it('refuses a peer that it does not know', () => {
    const { stderr, status } = peers('--only', 'zeromq');
    expect(stderr).toContain("'zeromq'");
    expect(status).toBe(2);
  });

  it('ends all it started at SIGINT', LONG, async () => {
    const env = { ...process.env, TMPDIR: temporary };
    const child = spawn(process.execPath, [BIN, 'peers', '--only', 'millrace'], {
      env,
      stdio: 'ignore',
    });
    const exited = once(child, 'exit');
    await vi.waitUntil(() => processesOn(temporary).length > 0, { ...LONG, interval: 20 });
    child.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
    expect(processesOn(temporary)).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

/** Ids of processes that have the directory on their command line: brokers. */
function processesOn(directory: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return (
        /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(directory)
      );
    } catch {
      // It ended meanwhile.
      return false;
    }
  });
}

describe('the proof of a work', () => {
  it('takes each message once, whole, and none that was not sent', () => {
    const seen = new Seen(300, 100);
    seen.take([numbered(0, 100), numbered(299, 100)]);
    expect(seen.count).toBe(2);
    expect(() => seen.take([numbered(299, 100)])).toThrow('message 299 came twice');
    expect(() => seen.take([numbered(300, 100)])).toThrow('nobody sent');
    expect(() => seen.take([numbered(1, 99)])).toThrow('nobody sent');
  });

  it('holds the count of the server against what was acknowledged', async () => {
    const channel = { sender: () => Promise.reject(new Error('unused')) };
    await expect(mustCount({ ...channel, count: () => Promise.resolve(7) }, 7)).resolves.toBe(
      undefined,
    );
    await expect(mustCount({ ...channel, count: () => Promise.resolve(6) }, 7)).rejects.toThrow(
      'the server has 6 messages, 7 were acknowledged',
    );
  });
});

describe('what processes cost', () => {
  it('counts children that have ended, and names in which anything stands', () => {
    const stat = '7 (a) b (c) S 3 7 7 0 -1 0 0 0 0 0 100 20 3 4 20 0';
    expect(parseRow(7, stat)).toEqual({ pid: 7, parent: 3, cpuSeconds: 1.27 });
  });

  it.skipIf(process.platform !== 'linux')('sees a child below its parent', async () => {
    const child = spawn('sh', ['-c', 'exec sleep 60']);
    try {
      await vi.waitUntil(() => Number(treeResidentBytes([Number(child.pid)])) > 0, LONG);
      expect(Number(treeResidentBytes([process.pid]))).toBeGreaterThan(
        Number(treeResidentBytes([Number(child.pid)])),
      );
      expect(treeCpuSeconds([2 ** 30])).toBe(null);
    } finally {
      child.kill();
    }
  });
});

describe('the comparison for people', () => {
  const spread = (median: number) => ({ median, min: median, max: median });
  const work = { work: 'produce', recordsPerSecond: spread(61_234.6) } as const;
  const cost = { serverCpuSecondsPerMillion: 1.234, clientCpuSecondsPerMillion: 0.5 };
  const peer = { name: 'a', title: 'A', client: 'a-client', version: '1', clientVersion: '2' };
  const modes = [
    {
      mode: 'default',
      isFlushed: false,
      durability: 'in memory',
      works: [{ ...work, ...cost }, { work: 'consume', note: 'failed: it went away' } as const],
    },
    { mode: 'flushed', isFlushed: true, durability: 'on the disk', works: [work] },
  ] as const;
  const absent = { ...peer, name: 'b', title: 'B', modes: [], skipped: 'b is not installed' };
  const peersOfTwo = [{ ...peer, modes }, absent];
  const comparison = { environment: ENVIRONMENT, settings: { runs: 3 }, peers: peersOfTwo };

  it('keeps flushed and unflushed apart and says what failed and who was skipped', () => {
    const text = comparisonText(comparison);
    const [flushed = '', before = ''] = text.split('\nacknowledged before it is on the disk\n');
    expect(flushed).toMatch(/^A, flushed +61,235 /m);
    expect(flushed).not.toContain('A, default');
    expect(before).toMatch(/^A, default +1\.23 \+ 0\.50 /m);
    expect(before).toContain(
      'A 1, a-client 2; default: in memory\n  consume: failed: it went away',
    );
    expect(before).toContain('skipped: b: b is not installed');
  });

  it('has failed where a work has', () => {
    expect(hasFailed(comparison)).toBe(true);
    expect(hasFailed({ ...comparison, peers: [absent] })).toBe(false);
  });
});
