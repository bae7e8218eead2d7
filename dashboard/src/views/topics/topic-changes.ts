// Settings of a topic as they are written in a form, exactly, and what differs from those in force. Pure.
import { fieldProblem } from '../../components/field-problem.ts';
import type { Topic } from './topic-shapes.ts';

export type Config = NonNullable<Topic['config']>;
type Kind = 'time' | 'bytes' | 'part' | readonly (readonly [value: string, text: string])[];

interface Setting {
  readonly name: keyof Config & string;
  readonly title: string;
  readonly kind: Kind;
  /** What -1 is called. */
  readonly none?: string;
  readonly hint?: string;
}

const YES_NO = [
  ['false', 'No'],
  ['true', 'Yes'],
] as const;

/** Those that most change stand first; whose dead letters a topic takes is for its queue to say. */
export const SETTINGS: readonly Setting[] = [
  { name: 'retentionMs', title: 'Keep records for', kind: 'time', none: 'ever' },
  { name: 'retentionBytes', title: 'Keep of a partition', kind: 'bytes', none: 'all' },
  {
    name: 'cleanupPolicy',
    title: 'Clean-up',
    kind: [
      ['delete', 'Delete old records'],
      ['compact', 'Keep the last record of each key'],
      ['compact-delete', 'Both'],
    ],
  },
  { name: 'messageTtlMs', title: 'Messages expire after', kind: 'time', none: 'never' },
  { name: 'messageBytesMax', title: 'Largest record', kind: 'bytes' },
  { name: 'retentionAcked', title: 'Remove what all groups have passed', kind: YES_NO },
  {
    name: 'dedup',
    title: 'Duplicates',
    kind: [
      ['none', 'Take all'],
      ['id', 'Drop repeated dedup ids'],
      ['content', 'Drop repeated content'],
    ],
  },
  { name: 'dedupWindowMs', title: 'Remember dedup ids for', kind: 'time' },
  {
    name: 'dedupScope',
    title: 'A dedup id is unique',
    kind: [
      ['topic', 'In the topic'],
      ['key', 'Among one key'],
    ],
  },
  { name: 'segmentBytes', title: 'New segment at size', kind: 'bytes' },
  { name: 'segmentMs', title: 'New segment at age', kind: 'time' },
  { name: 'compactionLagMs', title: 'Compact records older than', kind: 'time' },
  { name: 'tombstoneRetentionMs', title: 'Keep deletions for', kind: 'time' },
  {
    name: 'compactionDirtyRatio',
    title: 'Compact when this part is new',
    kind: 'part',
    hint: '0 to 1.',
  },
];

const TIMES = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;
const SIZES = [
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
  ['B', 1],
] as const;

/** As it is written in its field: `7 d`, `64 MiB`; nothing is rounded. */
export function fieldText({ kind, none }: Setting, value: unknown): string {
  if (typeof value !== 'number' || kind === 'part' || typeof kind !== 'string')
    return String(value);
  if (value < 0 && none !== undefined) return none;
  const units = kind === 'time' ? TIMES : SIZES;
  const found = units.find(([, size]) => value % size === 0);
  if (found === undefined || value === 0) return String(value);
  return `${value / found[1]} ${found[0]}`;
}

/** Throws a problem of the field. */
export function fieldValue({ name, kind, none }: Setting, text: string): string | number | boolean {
  if (typeof kind !== 'string') return kind === YES_NO ? text === 'true' : text;
  const [, digits, unit] = /^(-?\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  if (none !== undefined && (text.trim() === none || digits === '-1')) return -1;
  const units: readonly (readonly [string, number])[] =
    kind === 'part' ? [] : kind === 'time' ? TIMES : SIZES;
  const size =
    unit === '' ? 1 : units.find(([one]) => one.toLowerCase() === unit?.toLowerCase())?.[1];
  const value = Number(digits) * (size ?? Number.NaN);
  if (Number.isNaN(value)) throw fieldProblem(name, faultOf(kind, none));
  return kind === 'part' ? value : Math.round(value);
}

function faultOf(kind: Kind, none: string | undefined): string {
  const or = none === undefined ? '' : `, or “${none}”`;
  if (kind === 'part') return 'Give a number from 0 to 1.';
  return kind === 'time'
    ? `Give a time, such as 90 s or 7 d${or}.`
    : `Give a size, such as 64 MiB${or}.`;
}

export interface Change {
  readonly setting: Setting;
  readonly before: string;
  readonly after: string;
  readonly value: string | number | boolean;
}

/** Only what differs: what nobody has touched is left as it is, and as others change it meanwhile. */
export function changesOf(
  config: Config,
  texts: Readonly<Record<string, string>>,
): readonly Change[] {
  return SETTINGS.flatMap((setting) => {
    const before = fieldText(setting, config[setting.name]);
    const text = texts[setting.name] ?? before;
    if (text === before) return [];
    const value = fieldValue(setting, text);
    return value === config[setting.name]
      ? []
      : [{ setting, before, after: fieldText(setting, value), value }];
  });
}

/** It may take records away that are there now. */
export function isDestructive({ setting: { name }, value }: Change, config: Config): boolean {
  const isShorter = (before: unknown) =>
    typeof value === 'number' && value >= 0 && (Number(before) < 0 || value < Number(before));
  if (name === 'retentionMs' || name === 'retentionBytes' || name === 'messageTtlMs') {
    return isShorter(config[name]);
  }
  if (name === 'cleanupPolicy') return value !== 'delete' || config.cleanupPolicy === 'compact';
  return name === 'retentionAcked' && value === true;
}
