// The topics of a consumer, by name and by pattern, as the protocol has them: names, and one RE2 pattern that matches
// whole names. It does not match anything itself.

import { LIMITS, MillraceError } from '@millrace/protocol';

/** Topics by pattern, in RE2 syntax; it has to match a topic's whole name. */
export interface TopicPattern {
  readonly pattern: string;
}

/** A RegExp means all topics in whose names it finds something, as its `test` does; without flags. */
export type TopicChoice = string | RegExp | TopicPattern;

export interface Subscription {
  readonly topics: readonly string[];
  readonly topicPattern: string | null;
}

/** Throws INVALID_CONFIG. */
export function subscriptionOption(
  given: TopicChoice | readonly TopicChoice[] | undefined,
  hasGroup: boolean,
): Subscription {
  const choices = isList(given) ? given : given === undefined ? [] : [given];
  const topics = choices.filter((choice) => typeof choice === 'string');
  const patterns = choices.filter((choice) => typeof choice !== 'string').map(re2Of);
  const most = LIMITS.topicsPerGroupMax;
  if (choices.length === 0 || topics.includes('') || topics.length > most) {
    const limit = topics.length > most ? most : 1;
    const text = `topics has from 1 to ${most} names, and none is empty.`;
    throw invalid(text, `${limit} topics`);
  }
  if (patterns.length === 0) return { topics, topicPattern: null };
  if (!hasGroup) throw invalid('Topics by pattern need a group: the broker matches the names.');
  const [first = ''] = patterns;
  const topicPattern =
    patterns.length === 1 ? first : patterns.map((pattern) => `(?:${pattern})`).join('|');
  const bytes = Buffer.byteLength(topicPattern);
  if (bytes > LIMITS.topicPatternBytesMax) {
    const text = `The patterns of topics have ${bytes} bytes together, at most ${LIMITS.topicPatternBytesMax} are allowed.`;
    throw invalid(text, `${LIMITS.topicPatternBytesMax} bytes`);
  }
  return { topics, topicPattern };
}

function isList(
  given: TopicChoice | readonly TopicChoice[] | undefined,
): given is readonly TopicChoice[] {
  return Array.isArray(given);
}

function re2Of(choice: RegExp | TopicPattern): string {
  if (choice instanceof RegExp) return re2OfRegExp(choice);
  const pattern: unknown = choice?.pattern;
  if (typeof pattern === 'string' && pattern !== '') return pattern;
  throw invalid('topics are names, regular expressions or { pattern }, and none is empty.');
}

/** Unlike RE2's, a RegExp looks anywhere in a name. */
function re2OfRegExp({ source, flags }: RegExp): string {
  if (flags !== '') {
    const text = `/${source}/${flags}: patterns of topics take no flags; { pattern: '(?i)...' } ignores case.`;
    throw invalid(text);
  }
  const bare = source.replace(/\\(?![1-9k])[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]/g, '');
  if (/\(\?<?[=!]|\\[1-9k]/.test(bare)) {
    const text = `/${source}/: patterns of topics are matched in linear time, without looking around and back references.`;
    throw invalid(text);
  }
  return `.*(?:${source}).*`;
}

function invalid(text: string, limit?: string): MillraceError {
  const detail = limit === undefined ? { field: 'topics' } : { field: 'topics', limit };
  return new MillraceError('INVALID_CONFIG', text, detail);
}
