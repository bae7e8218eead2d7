// Which topics a pattern matches [C-33]: RE2 syntax, in a time that grows with the length of the name alone, whatever the
// pattern. A memory of answers and nothing else: it holds what follows from the catalog, and may lose it.

import { LIMITS } from '@millrace/protocol';
import { RE2JS, RE2JSException } from 're2js';
import { assert } from '../assert.ts';
import type { Catalog, Topic } from '../catalog/catalog.ts';
import { type Refused, refuse } from '../decision.ts';

interface Matches {
  readonly regex: RE2JS;
  /** Of the catalog's topics, as `topics` knows them. */
  version: number;
  /** Topics up to this id were tried. */
  lastTopicId: number;
  topics: readonly number[];
}

/** Patterns remembered at a time: one that comes back later is only slower. */
const PATTERNS_MAX = 256;

export class TopicPatterns {
  readonly #matches = new Map<string, Matches>();

  /** In the order of their ids. Only topics that are new since the last time are tried. */
  matching(catalog: Catalog, pattern: string): readonly Topic[] {
    const matches = this.#matches.get(pattern) ?? this.#begin(pattern);
    if (matches.version !== catalog.topicsVersion) update(matches, catalog);
    return matches.topics.map((topicId) => {
      const topic = catalog.topics.get(topicId);
      assert(topic !== undefined, 'what matched exists');
      return topic;
    });
  }

  #begin(pattern: string): Matches {
    const [oldest] = this.#matches.keys();
    if (this.#matches.size >= PATTERNS_MAX && oldest !== undefined) this.#matches.delete(oldest);
    const regex = RE2JS.compile(pattern);
    const matches = { regex, version: -1, lastTopicId: 0, topics: [] };
    this.#matches.set(pattern, matches);
    return matches;
  }
}

function update(matches: Matches, catalog: Catalog): void {
  const topics = matches.topics.filter((topicId) => catalog.topics.has(topicId));
  for (const { topicId, name } of catalog.topics.values()) {
    if (topicId <= matches.lastTopicId) continue;
    if (matches.regex.matches(name)) topics.push(topicId);
    matches.lastTopicId = topicId;
  }
  matches.topics = topics;
  matches.version = catalog.topicsVersion;
}

/** Refused with INVALID_PATTERN, or undefined where the pattern is good. */
export function checkPattern(pattern: string): Refused | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const limit = `RE2 syntax of at most ${LIMITS.topicPatternBytesMax} bytes`;
    return refuse('INVALID_PATTERN', `topicPattern is not RE2 syntax: ${error.message}.`, {
      field: 'topicPattern',
      limit,
    });
  }
}
