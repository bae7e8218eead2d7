// Members of a request that are stored as they were written: their texts are cut out of the body, in one pass beside the
// parsed value. The text is known to be JSON.

import { RawJson } from './raw-json.ts';

/** In the body, and in the objects of its lists. */
const KEPT: ReadonlySet<string> = new Set(['payload', 'result']);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE_MAX = 0x20;
const [OPEN_OBJECT, CLOSE_OBJECT] = [0x7b, 0x7d];
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];
const COMMA = 0x2c;
/** What follows a number or a word. */
const ENDS: ReadonlySet<number> = new Set([COMMA, 0x7d, 0x5d, 0x20, 0x09, 0x0a, 0x0d]);

/** Replaces the members of `body` whose texts are kept; `text` is what it was parsed from. */
export function keepTexts(text: string, body: unknown): void {
  new Walk(text).value(body, 0);
}

type Parsed = Record<string, unknown>;

class Walk {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Passes over a value; looks into it down to the objects of the body's lists. */
  value(parsed: unknown, depth: number): void {
    const code = this.next();
    // Where a member comes twice, what was parsed is the last one: it may be of another kind.
    const isList = Array.isArray(parsed);
    const isObject = typeof parsed === 'object' && parsed !== null && !isList;
    if (code === OPEN_OBJECT && isObject && (depth === 0 || depth === 2)) {
      this.members(parsed as Parsed, depth);
    } else if (code === OPEN_LIST && isList && depth === 1) this.items(parsed, depth);
    else this.skip();
  }

  private members(parsed: Parsed, depth: number): void {
    this.at += 1;
    while (this.next() !== CLOSE_OBJECT) {
      const name = this.name();
      this.next();
      this.at += 1;
      this.next();
      const from = this.at;
      if (KEPT.has(name) && Object.hasOwn(parsed, name)) {
        this.skip();
        parsed[name] = new RawJson(this.text.slice(from, this.at));
      } else this.value(Object.hasOwn(parsed, name) ? parsed[name] : undefined, depth + 1);
      this.comma();
    }
    this.at += 1;
  }

  private items(parsed: readonly unknown[], depth: number): void {
    this.at += 1;
    for (let index = 0; this.next() !== CLOSE_LIST; index += 1) {
      this.value(parsed[index], depth + 1);
      this.comma();
    }
    this.at += 1;
  }

  private name(): string {
    const from = this.at;
    this.string();
    const name = this.text.slice(from + 1, this.at - 1);
    return name.includes('\\') ? (JSON.parse(`"${name}"`) as string) : name;
  }

  private comma(): void {
    if (this.next() === COMMA) this.at += 1;
  }

  /** The first code that is not white space; the place stays there. */
  private next(): number {
    while (this.text.charCodeAt(this.at) <= SPACE_MAX) this.at += 1;
    return this.text.charCodeAt(this.at);
  }

  private skip(): void {
    const { text } = this;
    let depth = 0;
    do {
      const code = text.charCodeAt(this.at);
      if (code === QUOTE) this.string();
      else {
        if (code === OPEN_OBJECT || code === OPEN_LIST) depth += 1;
        else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth -= 1;
        else if (depth === 0) {
          this.scalar();
          return;
        }
        this.at += 1;
      }
    } while (depth > 0 && this.at < text.length);
  }

  /** A number or a word, which is the whole value. */
  private scalar(): void {
    while (this.at < this.text.length && !ENDS.has(this.text.charCodeAt(this.at))) this.at += 1;
  }

  private string(): void {
    const { text } = this;
    let end = this.at;
    do end = text.indexOf('"', end + 1);
    while (isEscaped(text, end));
    this.at = end + 1;
  }
}

/** By an odd number of backslashes before it. */
function isEscaped(text: string, at: number): boolean {
  let from = at;
  while (text.charCodeAt(from - 1) === BACKSLASH) from -= 1;
  return (at - from) % 2 === 1;
}
