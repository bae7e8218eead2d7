// The kinds of options: how each reads its text, says its range and prints a value. It knows no particular option.

interface Common<T> {
  /** One sentence for --help and the reference page. */
  readonly about: string;
  readonly fallback: T;
}

export interface TextOption extends Common<string> {
  readonly kind: 'text';
  /** What the text is, for --help: `host`, `path`. */
  readonly noun: string;
}
export interface SwitchOption extends Common<boolean> {
  readonly kind: 'switch';
}
export interface ChoiceOption extends Common<string> {
  readonly kind: 'choice';
  readonly values: readonly string[];
}
/** A number: a plain count, bytes (`64MiB`), or a time in milliseconds (`10s`). */
export interface NumberOption extends Common<number> {
  readonly kind: 'count' | 'bytes' | 'duration';
  readonly min: number;
  readonly max: number;
  /** -1 is taken too, and says never. */
  readonly orNever?: true;
}
export type OptionSpec = TextOption | SwitchOption | ChoiceOption | NumberOption;

export type OptionValue<S> = S extends ChoiceOption
  ? S['values'][number]
  : S extends NumberOption
    ? number
    : S extends SwitchOption
      ? boolean
      : string;

const UNITS = {
  count: { '': 1 },
  bytes: { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 },
  duration: { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 },
} as const satisfies Record<NumberOption['kind'], Record<string, number>>;

/** The value as a person would write it: `64MiB`, `10s`, `false`. */
export function formatValue(spec: OptionSpec, value: string | number | boolean): string {
  if (typeof value !== 'number' || spec.kind === 'text') return String(value);
  const units = Object.entries(UNITS[spec.kind as NumberOption['kind']]);
  const fitting = units.findLast(([, size]) => value !== 0 && value % size === 0);
  const [unit, size] = fitting ?? units[0] ?? ['', 1];
  return `${value / size}${unit}`;
}

/** What values the option takes, for people. */
export function describeRange(spec: OptionSpec): string {
  if (spec.kind === 'text') return spec.noun;
  if (spec.kind === 'switch') return 'true or false';
  if (spec.kind === 'choice') return spec.values.join(', ');
  const range = `${formatValue(spec, spec.min)} to ${formatValue(spec, spec.max)}`;
  return spec.orNever ? `${range}, or -1` : range;
}

/** A refusal says what would have been right; the caller adds the option's name. */
export type Parsed = { readonly value: string | number | boolean } | { readonly fault: string };

export function parseValue(spec: OptionSpec, text: string): Parsed {
  if (spec.kind === 'text') {
    return text === '' && spec.fallback !== '' ? { fault: 'is empty' } : { value: text };
  }
  if (spec.kind === 'switch') {
    if (text === 'true' || text === 'false') return { value: text === 'true' };
    return { fault: `is ${quote(text)}; it has to be true or false` };
  }
  if (spec.kind === 'choice') {
    if (spec.values.includes(text)) return { value: text };
    return { fault: `is ${quote(text)}; it has to be one of ${spec.values.join(', ')}` };
  }
  return parseNumber(spec, text);
}

function parseNumber(spec: NumberOption, text: string): Parsed {
  if (spec.orNever && text.trim() === '-1') return { value: -1 };
  const units: Readonly<Record<string, number>> = UNITS[spec.kind];
  const match = /^(\d+)([A-Za-z]*)$/.exec(text.trim());
  const size = match === null ? undefined : sizeOf(units, match[2] ?? '');
  if (match === null || size === undefined) {
    const hint = spec.kind === 'count' ? '' : `, such as ${formatValue(spec, spec.fallback)}`;
    return { fault: `is ${quote(text)}; it has to be a whole number${hint}` };
  }
  const value = Number(match[1]) * size;
  if (value < spec.min || value > spec.max) {
    return { fault: `is ${text}; it has to be from ${describeRange(spec)}` };
  }
  return { value };
}

/** Units in any case. A duration has to name its unit: a bare number would leave it to guesses. */
function sizeOf(units: Readonly<Record<string, number>>, unit: string): number | undefined {
  const found = Object.keys(units).find((name) => name.toLowerCase() === unit.toLowerCase());
  return found === undefined ? undefined : units[found];
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
