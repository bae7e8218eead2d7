// The kinds of knobs: how each reads its text, says its range, and which texts it takes and refuses. It knows no knob.

interface Common<T> {
  /** One sentence for --help and the page. */
  readonly about: string;
  readonly fallback: T;
  /** In the environment, where that is another name than the flag's in capitals. */
  readonly variable?: string;
}

export interface TextKnob extends Common<string> {
  readonly kind: 'text';
  /** What the text is: `path`, `host:port`. */
  readonly noun: string;
}
export interface ChoiceKnob extends Common<string> {
  readonly kind: 'choice';
  readonly values: readonly string[];
}
export interface SwitchKnob extends Common<boolean> {
  readonly kind: 'switch';
}
/** `integer` takes whole numbers alone. */
export interface NumberKnob extends Common<number> {
  readonly kind: 'integer' | 'decimal';
  readonly min: number;
  readonly max: number;
}
export type Knob = TextKnob | ChoiceKnob | SwitchKnob | NumberKnob;

export type KnobTable = Readonly<Record<string, Knob>>;

type KnobValue<K> = K extends ChoiceKnob
  ? K['values'][number]
  : K extends NumberKnob
    ? number
    : K extends SwitchKnob
      ? boolean
      : string;

export type KnobsOf<T extends KnobTable> = { readonly [N in keyof T]: KnobValue<T[N]> };

export class KnobError extends Error {
  override readonly name = 'KnobError';
}

const TRUE = ['true', '1'];
const FALSE = ['false', '0'];
const TEXT_MAX = 1_024;

/** `maxMessages` as a flag: `--max-messages`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `maxMessages` in the environment: `MAX_MESSAGES`. */
export function variableOf(name: string, knob: Knob): string {
  return knob.variable ?? flagOf(name).slice(2).replaceAll('-', '_').toUpperCase();
}

/** A value as a person would write it: `0.0` for the fraction that it is. */
export function formatKnob(knob: Knob, value: string | number | boolean): string {
  return knob.kind === 'decimal' && Number.isInteger(value)
    ? Number(value).toFixed(1)
    : String(value);
}

/** Which values the knob takes, for people. */
export function rangeOf(knob: Knob): string {
  if (knob.kind === 'text') return knob.noun;
  if (knob.kind === 'choice') return knob.values.join(', ');
  if (knob.kind === 'switch') return 'true or false';
  return `${formatKnob(knob, knob.min)} to ${formatKnob(knob, knob.max)}`;
}

/** Throws KnobError that begins with `label` and says what would have been right. */
export function readKnob(label: string, knob: Knob, text: string): string | number | boolean {
  const refuse = (what: string) =>
    new KnobError(`${label} is ${JSON.stringify(text.slice(0, 60))}; it has to be ${what}.`);
  if (knob.kind === 'text') {
    if (text.length > TEXT_MAX) throw refuse(`at most ${TEXT_MAX} characters`);
    return text;
  }
  if (knob.kind === 'choice') {
    const found = knob.values.find((value) => value.toLowerCase() === text.toLowerCase());
    if (found === undefined) throw refuse(`one of ${rangeOf(knob)}`);
    return found;
  }
  if (knob.kind === 'switch') {
    if (!TRUE.includes(text) && !FALSE.includes(text)) throw refuse(rangeOf(knob));
    return TRUE.includes(text);
  }
  const isWhole = knob.kind === 'integer';
  const pattern = isWhole ? /^-?\d+$/ : /^-?\d+(?:\.\d+)?$/;
  const value = Number(text);
  if (!pattern.test(text) || value < knob.min || value > knob.max) {
    throw refuse(`a ${isWhole ? 'whole number' : 'number'} from ${rangeOf(knob)}`);
  }
  return value;
}

/** Texts that the knob takes and texts that it refuses, so that whatever stands on the table can be tried knob by knob. */
export function samplesOf(knob: Knob): {
  readonly good: readonly string[];
  readonly bad: readonly string[];
} {
  if (knob.kind === 'text') return { good: ['some-text'], bad: ['x'.repeat(TEXT_MAX + 1)] };
  if (knob.kind === 'choice') return { good: knob.values, bad: ['no-such-choice', ''] };
  if (knob.kind === 'switch') return { good: [...TRUE, ...FALSE], bad: ['maybe', ''] };
  const { min, max } = knob;
  const beside = [`${min - 1}`, `${max + 1}`, 'many', '', '1e1'];
  const good = [formatKnob(knob, min), formatKnob(knob, max)];
  return knob.kind === 'integer' ? { good, bad: [...beside, `${min}.5`] } : { good, bad: beside };
}
