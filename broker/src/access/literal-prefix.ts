// What everything that a pattern matches begins with, as far as the pattern says so plainly. Shorter than need be is right,
// longer never.

const LITERAL = /^(?:[A-Za-z0-9_-]|\\[.-])*/;
/** They say how often what is before them comes: perhaps not at all. */
const REPEATS = /^[?*+{]/;

/** Of an RE2 pattern that has to match a whole name. */
export function literalPrefix(pattern: string): string {
  if (pattern.includes('|')) return '';
  const plain = pattern.startsWith('^') ? pattern.slice(1) : pattern;
  const [literal] = LITERAL.exec(plain) ?? [''];
  const isRepeated = REPEATS.test(plain.slice(literal.length));
  const text = literal.replaceAll('\\', '');
  return isRepeated ? text.slice(0, -1) : text;
}
