// What is read of the system: the file system of a path, what a process has used, the machine.
import { describe, expect, it } from 'vitest';
import { fileSystemOf, readEnvironment } from '../src/measure/environment.ts';
import { parseUsage, readUsage } from '../src/measure/process-usage.ts';

const MOUNTS = [
  '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw',
  '30 22 0:25 / /tmp rw,nosuid - tmpfs tmpfs rw,size=1g',
  '31 22 254:16 / /mnt/fast\\040disk rw - xfs /dev/vdb rw',
  '32 22 254:32 / /mnt/twice rw - ext4 /dev/vdc rw',
  '33 22 254:48 / /mnt/twice rw - btrfs /dev/vdd rw',
].join('\n');

describe('fileSystemOf', () => {
  it.each([
    ['/var/lib', 'ext4', '/dev/root'],
    ['/tmp', 'tmpfs', 'tmpfs'],
    ['/tmp/millrace-1', 'tmpfs', 'tmpfs'],
    ['/tmpfile', 'ext4', '/dev/root'],
    ['/mnt/fast disk/data', 'xfs', '/dev/vdb'],
    ['/mnt/twice/data', 'btrfs', '/dev/vdd'],
  ])('finds what holds %s', (path, type, device) => {
    expect(fileSystemOf(path, MOUNTS)).toEqual({ type, device });
  });

  it('does not guess', () => {
    expect(fileSystemOf('/tmp', '')).toBeNull();
  });
});

describe('process usage', () => {
  it('counts user and system time, whatever the process is called', () => {
    const stat = '7 (a) b (c) S 1 7 7 0 -1 4194304 9 9 9 9 250 50 9 9 20 0 11 0 99 1 1';
    const status = 'VmHWM:\t    3000 kB\nVmRSS:\t    2000 kB\nRssAnon:\t    1000 kB\n';
    expect(parseUsage(stat, status)).toEqual({
      cpuSeconds: 3,
      residentBytes: 2_048_000,
      anonymousBytes: 1_024_000,
      residentBytesMax: 3_072_000,
    });
  });

  it.skipIf(process.platform !== 'linux')('reads a living process (needs /proc)', () => {
    const usage = readUsage(process.pid);
    expect(usage?.cpuSeconds).toBeGreaterThan(0);
    expect(usage?.residentBytes).toBeGreaterThan(usage?.anonymousBytes ?? Infinity);
  });

  it('says null of a process that is not there', () => {
    expect(readUsage(2 ** 31 - 1)).toBeNull();
  });
});

describe('readEnvironment', () => {
  it('names machine, system and versions', () => {
    const environment = readEnvironment(process.cwd());
    expect(environment.cores).toBeGreaterThan(0);
    expect(environment.node).toBe(process.version);
    expect(environment.versions['lmdb']).toMatch(/^\d+\.\d+\.\d+/);
    expect(environment.commit ?? 'no checkout').toMatch(
      /^(?:[0-9a-f]{40}(?:-dirty)?|no checkout)$/,
    );
  });
});
