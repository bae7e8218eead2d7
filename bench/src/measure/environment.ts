// Where figures come from: machine, system, versions and commit. A figure without it says nothing.

import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface FileSystem {
  readonly type: string;
  readonly device: string;
}

export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
  /** Of the data directory; null where the system does not tell. */
  readonly fileSystem: FileSystem | null;
  readonly versions: Readonly<Record<string, string>>;
  /** With `-dirty` where tracked files were changed; null outside a git checkout. */
  readonly commit: string | null;
  /** Of the last minute, when the bench began: on a quiet machine near 0. */
  readonly loadAverage: number;
  readonly startedAt: string;
  /** How runs are prepared, by number: figures of two ways are not to be compared. Absent: the first. */
  readonly way?: number | undefined;
}

/**
 * 2: a run begins with memory that the machine has, the bare committer comes behind all runs, the ratio is one of medians. 3: the
 * bare committer stores as much as a run, and the ratio is to its best.
 */
const WAY = 3;

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export function readEnvironment(dataDir: string): Environment {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: `${type()} ${release()}`,
    node: process.version,
    fileSystem: readFileSystem(dataDir),
    versions: readVersions(),
    commit: readCommit(),
    loadAverage: loadavg()[0] ?? Number.NaN,
    startedAt: new Date().toISOString(),
    way: WAY,
  };
}

function readFileSystem(path: string): FileSystem | null {
  try {
    return fileSystemOf(realpathSync(path), readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return null;
  }
}

/** The file system that holds a path, by the text of /proc/self/mountinfo. */
export function fileSystemOf(path: string, mountinfo: string): FileSystem | null {
  let found: FileSystem | null = null;
  let longest = -1;
  for (const line of mountinfo.split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const mount = unescapeMount(left.split(' ')[4] ?? '');
    const [fsType = '', device = ''] = right.split(' ');
    const isAbove = mount === '/' || path === mount || path.startsWith(`${mount}/`);
    // Of two on one place the later hides the earlier.
    if (mount === '' || !isAbove || mount.length < longest) continue;
    longest = mount.length;
    found = { type: fsType, device: unescapeMount(device) };
  }
  return found;
}

function unescapeMount(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** Libraries whose version moves the figures. */
const LIBRARIES = ['lmdb', 'msgpackr'];

function readVersions(): Readonly<Record<string, string>> {
  const versions: Record<string, string> = { v8: process.versions.v8 };
  try {
    const lock = JSON.parse(readFileSync(`${ROOT}/package-lock.json`, 'utf8')) as {
      version?: string;
      packages?: Record<string, { version?: string }>;
    };
    versions['millrace'] = lock.version ?? 'unknown';
    for (const name of LIBRARIES) {
      versions[name] = lock.packages?.[`node_modules/${name}`]?.version ?? 'unknown';
    }
  } catch {
    // Not in a checkout: nothing more is known.
  }
  return versions;
}

function readCommit(): string | null {
  const commit = git('rev-parse', 'HEAD');
  if (commit === null) return null;
  return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}-dirty`;
}

function git(...args: string[]): string | null {
  const { status, stdout } = spawnSync('git', ['-C', ROOT, ...args], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}
