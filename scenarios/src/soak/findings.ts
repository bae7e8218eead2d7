// What must not happen and did: counted by kind, the first of each kept as they were. Never all of them: a broken broker
// breaks a rule a million times.

export const FINDINGS = {
  lost: 'acknowledged, and not there',
  invented: 'there, and sent by nobody',
  doubled: 'there twice',
  altered: 'other bytes than were sent',
  unordered: 'out of order',
  resurrected: 'delivered after its acceptance was confirmed',
  miscounted: 'counters that are not the truth',
  refused: 'an error that no kill explains',
  stuck: 'work that did not end',
  died: 'a process that ended by itself',
} as const satisfies Record<string, string>;

export type FindingKind = keyof typeof FINDINGS;

export interface Finding {
  readonly kind: FindingKind;
  readonly count: number;
  readonly examples: readonly string[];
}

const EXAMPLES_MAX = 5;

export class Findings {
  readonly #found = new Map<FindingKind, { count: number; examples: string[] }>();

  add(kind: FindingKind, text: string): void {
    const found = this.#found.get(kind) ?? { count: 0, examples: [] };
    found.count += 1;
    if (found.examples.length < EXAMPLES_MAX) found.examples.push(text);
    this.#found.set(kind, found);
  }

  list(): Finding[] {
    return [...this.#found].map(([kind, { count, examples }]) => ({ kind, count, examples }));
  }
}
