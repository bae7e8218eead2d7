// A history as it was written down: the calls of all clients with their beginnings, ends and outcomes, and what readers
// noted. It only reads; what must hold of it is said in `check/`.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What became of a call: done; refused, and nothing of it was done; or nobody knows. */
export type Outcome = 'done' | 'refused' | 'unknown';

/** When it was begun and when its outcome was known, microseconds; one without an outcome never ended. */
interface Call {
  readonly diary: string;
  readonly start: number;
  readonly end: number;
  readonly outcome: Outcome;
}

export interface Send extends Call {
  readonly topic: string;
  readonly ids: readonly string[];
  readonly keys: readonly (string | null)[];
  /** By position; an offset of -1 where nobody knows. Empty where nothing is known of any. */
  readonly partitions: readonly number[];
  readonly offsets: readonly number[];
}

/** A message as one member was given it. */
export interface Delivery {
  readonly p: number;
  readonly o: number;
  readonly id: string;
  readonly token: number;
  /** The delivery count. */
  readonly n: number;
  /** When the lease ends, by the broker's clock, ms. */
  readonly until: number;
}

export interface Receive extends Call {
  readonly group: string;
  readonly messages: readonly Delivery[];
}

export const STATEMENTS = ['accept', 'release', 'reject', 'return', 'extend'] as const;

export interface Statement extends Call {
  readonly kind: (typeof STATEMENTS)[number];
  readonly group: string;
  readonly p: number;
  readonly o: number;
  readonly token: number;
  /** extend: when the lease ends now. */
  readonly until: number;
}

export interface Commit extends Call {
  readonly partition: number;
  readonly offset: number;
}

/** What a reader noted, in the order of its diary. */
export interface Note {
  readonly t: number;
  readonly note: 'assigned' | 'revoked' | 'lost' | 'read';
  readonly partitions?: readonly number[];
  readonly partition?: number;
  readonly offsets?: readonly number[];
  readonly ids?: readonly string[];
}

export interface History {
  readonly sends: readonly Send[];
  readonly receives: readonly Receive[];
  readonly statements: readonly Statement[];
  readonly commits: readonly Commit[];
  /** Diary -> notes. */
  readonly notes: ReadonlyMap<string, readonly Note[]>;
  /** Errors that no fault of a broker or a client explains. */
  readonly unexpected: readonly string[];
}

/** Nothing of the call was done. */
const REFUSED: ReadonlySet<string> = new Set([
  'STALE_LEASE',
  'ALREADY_RESOLVED',
  'UNKNOWN_RECEIPT',
  'STORAGE_FULL',
  'CONNECTION_LOST',
  'FENCED_MEMBER_EPOCH',
  'UNKNOWN_MEMBER',
]);
/** What lost its reply on the way is told so, whatever it is refused with when it is sent again. */
const UNKNOWN: ReadonlySet<string> = new Set([
  'OUTCOME_UNKNOWN',
  'DEADLINE_EXCEEDED',
  'CLIENT_CLOSED',
]);

interface Line {
  readonly t: number;
  readonly op?: number;
  readonly call?: string;
  readonly note?: string;
  readonly ok?: object;
  readonly error?: string;
}

interface Begun {
  readonly line: Line;
  readonly diary: string;
}

/** What is known of the end of a call. */
interface Ended {
  readonly t: number;
  readonly ok?: object;
  readonly error?: string;
}

const NEVER: Ended = { t: Number.POSITIVE_INFINITY };

class Reading implements History {
  readonly sends: Send[] = [];
  readonly receives: Receive[] = [];
  readonly statements: Statement[] = [];
  readonly commits: Commit[] = [];
  readonly notes = new Map<string, Note[]>();
  readonly unexpected: string[] = [];

  add(diary: string, lines: readonly Line[]): void {
    const open = new Map<number, Begun>();
    const notes: Note[] = [];
    for (const line of lines) {
      if (line.note !== undefined) notes.push(line as unknown as Note);
      else if (line.call !== undefined) open.set(line.op ?? 0, { line, diary });
      else {
        const begun = open.get(line.op ?? 0);
        open.delete(line.op ?? 0);
        if (begun === undefined) this.unexpected.push(`${diary}: an end without a beginning`);
        else this.#ended(begun, line);
      }
    }
    for (const begun of open.values()) this.#ended(begun, NEVER);
    if (notes.length > 0) this.notes.set(diary, notes);
  }

  #ended({ line, diary }: Begun, { t: end, ok, error }: Ended): void {
    const { t: start, call = '', op: _, ...fields } = line;
    const outcome = this.#outcome(`${diary} ${call}`, ok, error);
    const all = { ...fields, ...ok, diary, start, end, outcome };
    if (call === 'send')
      this.sends.push({ partitions: [], offsets: [], ...all } as unknown as Send);
    else if (call === 'receive') this.receives.push({ messages: [], ...all } as unknown as Receive);
    else if (call === 'commit') this.commits.push(all as unknown as Commit);
    else this.statements.push({ until: 0, ...all, kind: call } as unknown as Statement);
  }

  #outcome(what: string, ok: object | undefined, error: string | undefined): Outcome {
    if (ok !== undefined) return 'done';
    if (error === undefined || UNKNOWN.has(error)) return 'unknown';
    if (!REFUSED.has(error)) this.unexpected.push(`${what} failed with ${error}`);
    return 'refused';
  }
}

/** Lines of diaries by their names, as `readHistory` finds them in files. */
export function historyOf(diaries: Readonly<Record<string, readonly object[]>>): History {
  const reading = new Reading();
  for (const [diary, lines] of Object.entries(diaries)) reading.add(diary, lines as Line[]);
  return reading;
}

/** All diaries of a directory. */
export function readHistory(directory: string): History {
  const reading = new Reading();
  for (const file of readdirSync(directory)) {
    if (!file.endsWith(DIARY_SUFFIX)) continue;
    reading.add(basename(file, DIARY_SUFFIX), readLines<Line>(join(directory, file)));
  }
  return reading;
}

export const DIARY_SUFFIX = '.diary.jsonl';

/** A process that was killed may have left half a line, at the end alone. */
export function readLines<T>(path: string): T[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const last = lines.pop();
  if (last !== undefined && last !== '' && lines.length === 0) return [];
  return lines.map((line) => JSON.parse(line) as T);
}
