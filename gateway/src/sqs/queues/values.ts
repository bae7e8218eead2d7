// What queue attributes may hold. Each kind says its range in words, and gives the canonical form of a text or nothing.
// It knows no attribute and no queue.

const DEPTH_MAX = 32;
const DIGITS = /^\d{1,15}$/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

export interface ValueKind {
  /** For people. */
  readonly range: string;
  /** The canonical text; undefined where the value is not allowed. */
  parse(given: string): string | undefined;
  /** Whether two canonical texts say the same; absent: only where they are equal. */
  readonly isSame?: (left: string, right: string) => boolean;
}

export function integer(min: number, max: number): ValueKind {
  return {
    range: `${min} to ${max}`,
    parse(given) {
      const number = DIGITS.test(given) ? Number(given) : Number.NaN;
      return number >= min && number <= max ? String(number) : undefined;
    },
  };
}

/** In any case; shown in lower case. */
export const boolean: ValueKind = {
  range: 'true, false',
  parse(given) {
    const word = given.toLowerCase();
    return word === 'true' || word === 'false' ? word : undefined;
  },
};

export function choice(...words: readonly string[]): ValueKind {
  return {
    range: words.join(', '),
    parse: (given) => (words.includes(given) ? given : undefined),
  };
}

export function text(bytesMax: number): ValueKind {
  return {
    range: `text of at most ${bytesMax} bytes`,
    parse: (given) => (isKeepable(given, bytesMax) ? given : undefined),
  };
}

/** A JSON object, kept as its text. */
export function json(bytesMax: number): ValueKind {
  return {
    range: `a JSON object of at most ${bytesMax} bytes`,
    parse(given) {
      return isKeepable(given, bytesMax) && jsonObject(given) !== undefined ? given : undefined;
    },
    isSame: (left, right) => sorted(jsonObject(left)) === sorted(jsonObject(right)),
  };
}

/** Text that can be stored as UTF-8. */
export function isKeepable(given: string, bytesMax: number): boolean {
  return Buffer.byteLength(given) <= bytesMax && !LONE_SURROGATE.test(given);
}

/** Undefined where the text is anything but a JSON object, or one nested deeper than any policy. */
export function jsonObject(given: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(given);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (!isShallow(value, DEPTH_MAX)) return undefined;
    return value as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** What is deeper could not be written again. */
function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((member) => isShallow(member, depth - 1));
}

/** JSON with members in order: equal texts mean equal values. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
