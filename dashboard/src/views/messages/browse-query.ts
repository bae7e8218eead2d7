// What the message browser shows, as its address says it: so a place can be sent to others. Pure.

export type Direction = 'newest' | 'oldest';

export interface Browse {
  readonly topic: string;
  /** Null: all of them, where something is looked for. */
  readonly partition: number | null;
  /** Messages as this queue sees them; null: the log alone. */
  readonly queue: string | null;
  /** Only those in this state of the queue. */
  readonly state: string | null;
  /** Which comes first. */
  readonly first: Direction;
  /** Begin at this offset; null: at the newest, or the oldest. */
  readonly from: number | null;
  /** Where a page of what is searched or listed by state begins, as the gateway said it. */
  readonly token: string | null;
  /** Begin with what was appended at this time or later, ms since 1970. */
  readonly atMs: number | null;
  readonly key: string;
  /** `name` or `name: value`. */
  readonly header: string;
  /** Is somewhere in the payload. */
  readonly text: string;
  /** A member of a JSON payload: `order.id`, alone or as `order.id: 7`. */
  readonly field: string;
  /** Its details are open. */
  readonly open: string | null;
}

export const NOTHING_ASKED: Omit<Browse, 'topic'> = {
  partition: null,
  queue: null,
  state: null,
  first: 'newest',
  from: null,
  token: null,
  atMs: null,
  key: '',
  header: '',
  text: '',
  field: '',
  open: null,
};

type Query = Readonly<Record<string, string | number | null>>;

function wholeNumber(text: string | null): number | null {
  if (text === null || !/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** Later than this is no time. */
const TIME_MS_MAX = 8.64e15;

const textOrNull = (text: string | null) => (text === null || text === '' ? null : text);

/** Whatever does not make sense is as if it were not there. */
export function browseOf(query: URLSearchParams): Browse {
  const queue = textOrNull(query.get('queue'));
  const atMs = wholeNumber(query.get('at'));
  return {
    topic: query.get('topic') ?? '',
    partition: wholeNumber(query.get('partition')),
    queue,
    state: queue === null ? null : textOrNull(query.get('state')),
    first: query.get('first') === 'oldest' ? 'oldest' : 'newest',
    from: wholeNumber(query.get('from')),
    token: textOrNull(query.get('token')),
    atMs: atMs !== null && atMs > TIME_MS_MAX ? null : atMs,
    key: query.get('key') ?? '',
    header: query.get('header') ?? '',
    text: query.get('text') ?? '',
    field: query.get('field') ?? '',
    open: textOrNull(query.get('open')),
  };
}

/** For an address; what is as it is by itself is left out. */
export function queryOf(browse: Browse): Query {
  const {
    topic,
    partition,
    queue,
    state,
    first,
    from,
    token,
    atMs,
    key,
    header,
    text,
    field,
    open,
  } = browse;
  return {
    topic,
    partition,
    queue,
    state,
    first: first === 'newest' ? null : first,
    from,
    token,
    at: atMs,
    key,
    header,
    text,
    field,
    open,
  };
}

/** Something is looked for: pages come from a search, not from offsets. */
export function isSearch({ key, header, text, field }: Browse): boolean {
  return [key, header, text, field].some((one) => one !== '');
}

export interface NameAndValue {
  readonly name: string;
  /** Undefined: any. */
  readonly value: string | undefined;
}

/** `trace: abc` -> name and value; a value may have colons too. */
export function nameAndValueOf(text: string): NameAndValue {
  const at = text.indexOf(':');
  if (at < 0) return { name: text.trim(), value: undefined };
  return { name: text.slice(0, at).trim(), value: text.slice(at + 1).trim() };
}

export interface Bounds {
  readonly startOffset: number;
  readonly endOffset: number;
}

export interface Window {
  /** The first offset to read, and how many from there. */
  readonly offset: number;
  readonly count: number;
  /** Where the page before and the one after begin; null: there is none. */
  readonly previous: number | null;
  readonly next: number | null;
}

/** The page of offsets that begins at `from`, in the direction that is read. Null: the log holds nothing. */
export function windowOf(
  { startOffset, endOffset }: Bounds,
  { first, from }: Pick<Browse, 'first' | 'from'>,
  pageMax: number,
): Window | null {
  const last = endOffset - 1;
  if (last < startOffset) return null;
  const inside = (offset: number) => Math.max(startOffset, Math.min(last, offset));
  if (first === 'oldest') {
    const offset = inside(from ?? startOffset);
    const count = Math.min(pageMax, endOffset - offset);
    return {
      offset,
      count,
      previous: offset > startOffset ? inside(offset - pageMax) : null,
      next: offset + count <= last ? offset + count : null,
    };
  }
  const to = inside(from ?? last);
  const offset = inside(to - pageMax + 1);
  return {
    offset,
    count: to - offset + 1,
    previous: to < last ? inside(to + pageMax) : null,
    next: offset > startOffset ? offset - 1 : null,
  };
}
