// What the whole machine spends, and the wait for a quiet one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseBusySeconds, readBusySeconds } from '../src/measure/machine-usage.ts';
import { settle } from '../src/measure/settle.ts';

describe('parseBusySeconds', () => {
  it('counts all but idleness and waiting for the disk, with what a hypervisor took', () => {
    const stat = 'cpu  100 20 300 99999 88888 7 5 68 1000 1000\ncpu0 1 1 1 1 1 1 1 1 1 1\nintr 1\n';
    expect(parseBusySeconds(stat)).toBe(5);
  });

  it('says null of another text', () => {
    expect(parseBusySeconds('intr 1 2 3')).toBeNull();
  });

  it.skipIf(process.platform !== 'linux')('grows while this process works (needs /proc)', () => {
    const before = readBusySeconds() ?? Number.NaN;
    const own = process.cpuUsage();
    const used = () => {
      const { user, system } = process.cpuUsage(own);
      return (user + system) / 1_000_000;
    };
    while (used() < 0.2);
    // Ticks are a hundredth of a second on each core.
    expect((readBusySeconds() ?? Number.NaN) - before).toBeGreaterThan(0.1);
  });
});

describe('settle', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'settle-'));
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it('ends, however busy the machine is, and where there is nothing to write', async () => {
    writeFileSync(join(directory, 'file'), Buffer.alloc(2 ** 20));
    await expect(settle(directory, 10)).resolves.toBeUndefined();
    await expect(settle(join(directory, 'nowhere'), 10)).resolves.toBeUndefined();
  });
});
