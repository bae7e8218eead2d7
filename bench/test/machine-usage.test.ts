// What the whole machine spends, and the wait for a quiet one.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseBusySeconds, readBusySeconds } from '../src/measure/machine-usage.ts';
import { bytesBefore, settle } from '../src/measure/settle.ts';

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

describe('bytesBefore', () => {
  const roomy = { memoryBytes: 2 ** 40, diskBytes: 2 ** 40 };

  it('goes with the length of the run, up to 2 GiB', () => {
    expect(bytesBefore(1_000, roomy)).toBe(700_000_000);
    expect(bytesBefore(60_000, roomy)).toBe(2 ** 31);
  });

  it('leaves most of the memory and of the disk to others', () => {
    expect(bytesBefore(1_000, { ...roomy, memoryBytes: 1e9 })).toBe(80_000_000);
    expect(bytesBefore(1_000, { ...roomy, diskBytes: 1e9 })).toBe(250_000_000);
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
  });

  it('leaves nothing in the directory', async () => {
    await settle(directory, 10);
    expect(readdirSync(directory)).toEqual([]);
  });
});
