// What a profile says: time by function and package, the calls as a tree, and names of sources.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type CallFrame,
  type CpuProfile,
  functionTimesOf,
  ownerOf,
  ownerTimesOf,
} from '../src/profile/cpu-profile.ts';
import { flameOf, flamePage } from '../src/profile/flame.ts';
import { profileText } from '../src/profile/people.ts';
import { withSources } from '../src/profile/source-names.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const inRoot = (path: string) => pathToFileURL(join(ROOT, path)).href;

function frame(functionName: string, url = '', lineNumber = 0): CallFrame {
  return { functionName, url, lineNumber, columnNumber: 0, scriptId: '1' };
}

const QUEUE = inRoot('core/src/queue.ts');

/** root → read → take (from two places), idle, gc; take took 3 + 4 ms, read 2, gc 1, idle 10. */
const PROFILE: CpuProfile = {
  startTime: 0,
  endTime: 20_000,
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 4, 5] },
    { id: 2, callFrame: frame('read', inRoot('broker/src/read.ts'), 9), children: [6] },
    { id: 3, callFrame: frame('(idle)') },
    { id: 4, callFrame: frame('(garbage collector)') },
    { id: 5, callFrame: frame('take', QUEUE, 4) },
    { id: 6, callFrame: frame('take', QUEUE, 4) },
  ],
  samples: [2, 6, 3, 5, 4, 3],
  timeDeltas: [2_000, 3_000, 6_000, 4_000, 1_000, 4_000],
};

describe('functionTimesOf', () => {
  it('counts a function once, wherever it was called from', () => {
    expect(functionTimesOf(PROFILE)).toEqual([
      { name: '(idle)', place: '', owner: 'idle', selfUs: 10_000 },
      { name: 'take', place: 'core/src/queue.ts:5', owner: 'core', selfUs: 7_000 },
      { name: 'read', place: 'broker/src/read.ts:10', owner: 'broker', selfUs: 2_000 },
      { name: '(garbage collector)', place: '', owner: 'gc', selfUs: 1_000 },
    ]);
  });

  it('sums packages', () => {
    expect(ownerTimesOf(functionTimesOf(PROFILE))).toEqual([
      ['idle', 10_000],
      ['core', 7_000],
      ['broker', 2_000],
      ['gc', 1_000],
    ]);
  });

  it.each([
    [frame('x', inRoot('protocol/src/a/b.ts')), 'protocol'],
    [frame('x', inRoot('node_modules/lmdb/write.js')), 'lmdb'],
    [frame('x', inRoot('node_modules/@a/b/node_modules/@c/d/e.js')), '@c/d'],
    [frame('x', 'node:net'), 'node'],
    [frame('writev'), 'node'],
    [frame('(program)'), 'native'],
    [frame('dispatch'), 'profiler'],
  ])('%j belongs to %s', (callFrame, owner) => {
    expect(ownerOf(callFrame)).toBe(owner);
  });
});

describe('flameOf', () => {
  it('is the tree of calls without idle time', () => {
    const { children } = flameOf(PROFILE);
    const values = Object.fromEntries(children.map(({ name, value }) => [name, value]));
    expect(values).toEqual({ '(garbage collector)': 1_000, read: 2_000, take: 4_000 });
    const read = children.find(({ name }) => name === 'read');
    expect(read?.children).toMatchObject([{ name: 'take', value: 3_000, owner: 'core' }]);
  });
});

describe('flamePage', () => {
  it('needs nothing from elsewhere, and no name can end its script', () => {
    const [root, ...nodes] = PROFILE.nodes;
    if (root === undefined) throw new Error('no root');
    const evil = { id: 9, callFrame: frame('</script><b>', QUEUE) };
    const profile = { ...PROFILE, nodes: [{ ...root, children: [9] }, evil, ...nodes] };
    const page = flamePage('Flame & graph', 'a <rate>', profile);
    expect(page).toContain('<h1>Flame &#38; graph</h1>');
    expect(page).not.toContain('</script><b>');
    expect(page.match(/<script/g)).toHaveLength(page.match(/<\/script>/g)?.length ?? -1);
    expect(page).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)=/);
  });
});

describe('withSources', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-sources-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('tells a place in compiled code in its source', () => {
    const code = join(directory, 'code.js');
    // The first column of the second line of code.js is the first of the third of ../src/code.ts.
    const map = { version: 3, sources: ['../src/code.ts'], names: [], mappings: ';AAEA' };
    writeFileSync(`${code}.map`, JSON.stringify(map));
    const node = { id: 1, callFrame: frame('f', pathToFileURL(code).href, 1) };
    const bare = {
      id: 2,
      callFrame: frame('g', pathToFileURL(join(directory, 'none.js')).href, 1),
    };
    const { nodes } = withSources({ ...PROFILE, nodes: [node, bare] });
    expect(nodes[0]?.callFrame).toMatchObject({ functionName: 'f', lineNumber: 2 });
    expect(nodes[0]?.callFrame.url).toBe(pathToFileURL(join(directory, '../src/code.ts')).href);
    expect(nodes[1]).toEqual(bare);
  });
});

describe('profileText', () => {
  it('gives shares of the time that was worked', () => {
    const text = profileText('broker', PROFILE);
    expect(text).toMatch(/^broker: busy for 10 of 20 ms$/m);
    expect(text).toMatch(/^ +7 +70\.0 % +take +core +core\/src\/queue\.ts:5$/m);
    expect(text).toMatch(/^ +10 +idle$/m);
  });
});
