// A CPU profile as V8 gives it, and what it says: the time that each function took itself, and each package.

import { fileURLToPath } from 'node:url';

export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  readonly endTime: number;
  /** Ids of nodes, one for each sample. */
  readonly samples?: readonly number[] | undefined;
  /** Microseconds from the sample before. */
  readonly timeDeltas?: readonly number[] | undefined;
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[] | undefined;
}

export interface CallFrame {
  readonly functionName: string;
  readonly scriptId: string;
  readonly url: string;
  /** From 0, as the column. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

export interface FunctionTime {
  readonly name: string;
  /** `core/src/queue.ts:12`, from 1; empty for what is in no file. */
  readonly place: string;
  readonly owner: string;
  readonly selfUs: number;
}

const IDLE = 'idle';
const PROFILER = 'profiler';

/** Owners of time that the process did not spend on its work. */
export const NOT_WORK: readonly string[] = [IDLE, PROFILER];

/** What V8 counts beside functions. */
const OWNERS_OF_STATES: Readonly<Record<string, string>> = {
  '(garbage collector)': 'gc',
  '(idle)': IDLE,
  '(program)': 'native',
};

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The package of a function: one of ours, a library, or what of Node and V8 it is. */
export function ownerOf({ functionName, url }: CallFrame): string {
  const state = OWNERS_OF_STATES[functionName];
  if (state !== undefined && url === '') return state;
  // How a session hands its commands to V8: starting the profiler is the first thing it sees.
  if (functionName === 'dispatch' && url === '') return PROFILER;
  const path = placeOfUrl(url);
  const library = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(path)?.[1];
  if (library !== undefined) return library;
  // Functions of V8 itself are in no file.
  if (url === '' || url.startsWith('node:')) return 'node';
  return path.split('/')[0] ?? 'other';
}

/** The file as one reads it in the repository. */
export function placeOfUrl(url: string): string {
  if (!url.startsWith('file:')) return url;
  const path = fileURLToPath(url);
  return path.startsWith(ROOT) ? path.slice(ROOT.length) : path;
}

export function nameOf({ functionName, url }: CallFrame): string {
  return functionName === '' && url !== '' ? '(anonymous)' : functionName;
}

/** Microseconds of each node itself, by its id. */
export function selfTimesOf({ samples = [], timeDeltas = [] }: CpuProfile): Map<number, number> {
  const times = new Map<number, number>();
  for (const [at, id] of samples.entries()) {
    times.set(id, (times.get(id) ?? 0) + Math.max(0, timeDeltas[at] ?? 0));
  }
  return times;
}

/** Every function once, wherever it was called from; the longest first. */
export function functionTimesOf(profile: CpuProfile): readonly FunctionTime[] {
  const times = selfTimesOf(profile);
  const byPlace = new Map<string, FunctionTime>();
  for (const { id, callFrame } of profile.nodes) {
    const selfUs = times.get(id) ?? 0;
    if (selfUs === 0) continue;
    const name = nameOf(callFrame);
    const { url, lineNumber } = callFrame;
    const place = url === '' ? '' : `${placeOfUrl(url)}:${lineNumber + 1}`;
    const key = `${name} ${place}`;
    const before = byPlace.get(key)?.selfUs ?? 0;
    byPlace.set(key, { name, place, owner: ownerOf(callFrame), selfUs: before + selfUs });
  }
  return [...byPlace.values()].toSorted((a, b) => b.selfUs - a.selfUs);
}

/** Microseconds by owner, the longest first. */
export function ownerTimesOf(
  functions: readonly FunctionTime[],
): readonly (readonly [string, number])[] {
  const byOwner = new Map<string, number>();
  for (const { owner, selfUs } of functions) {
    byOwner.set(owner, (byOwner.get(owner) ?? 0) + selfUs);
  }
  return [...byOwner].toSorted(([, a], [, b]) => b - a);
}
