// Members of a request that are stored as they were written: their texts are cut out of the body, in one pass beside the
// parsed value. The text is known to be JSON.

import { RawJson } from './raw-json.ts';

/** In the body, and in the objects of its lists. */
const KEPT: ReadonlySet<string> = new Set(['payload', 'result']);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE_MAX = 0x20;
const OPENING: ReadonlySet<number> = new Set([0x7b, 0x5b]);
const CLOSING: ReadonlySet<number> = new Set([0x7d, 0x5d]);
const [OPEN_OBJECT, CLOSE_OBJECT] = [0x7b, 0x7d];
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];
const COMMA = 0x2c;

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
    return JSON.parse(this.text.slice(from, this.at)) as string;
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
        if (OPENING.has(code)) depth += 1;
        else if (CLOSING.has(code)) depth -= 1;
        else this.scalar();
        if (OPENING.has(code) || CLOSING.has(code)) this.at += 1;
      }
    } while (depth > 0 && this.at < text.length);
  }

  /** A number or a word; inside of what is skipped also commas, colons and white space. */
  private scalar(): void {
    const from = this.at;
    while (this.at < this.text.length) {
      const code = this.text.charCodeAt(this.at);
      if (code === QUOTE || OPENING.has(code) || CLOSING.has(code)) break;
      if (code === COMMA || code <= SPACE_MAX) break;
      this.at += 1;
    }
    if (this.at === from) this.at += 1;
  }

  private string(): void {
    this.at += 1;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      this.at += code === BACKSLASH ? 2 : 1;
      if (code === QUOTE) return;
    }
  }
}
