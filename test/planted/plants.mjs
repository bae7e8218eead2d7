// Bugs that are planted on purpose, a line each, to see that the tools that look for such bugs find them: as a source is loaded,
// `from` becomes `to` (see plant.mjs). Nothing is written anywhere. `from` is one line without types, so that it is in what was
// built, too. What found them is in docs/reliability.md.

/**
 * @typedef {object} Plant
 * @property {string} file the source, without its ending
 * @property {string} from is there once
 * @property {string} to
 */

/** @type {Readonly<Record<string, Plant>>} */
export const PLANTS = {
  'answers-before-commit': {
    file: 'storage/src/committer',
    from: 'if (seq <= this.#durableSeq)',
    to: 'if (seq >= 0)',
  },
  'skips-the-flush': {
    file: 'storage/src/journal/journal-disk',
    from: '(FLUSHES_ITSELF ? constants.O_DSYNC : 0)',
    to: '0',
  },
  'loses-the-last-commit-at-start': {
    file: 'storage/src/journal/read-journal',
    from: 'found.delete(next);',
    to: 'found.delete(next); if (found.size === 0 && commits.length > 0) break;',
  },
  'shows-what-is-not-durable': {
    file: 'core/src/log/read-batches',
    from: 'for (const batch of batchesFrom(view, command, { durableEnd, stopsAt })) {',
    to: 'for (const batch of batchesFrom(view, command, { durableEnd: log.nextOffset, stopsAt })) {',
  },
  'takes-a-batch-twice': {
    file: 'core/src/producers/sequence',
    from: 'const expected = isSame ? before[1] : 0;',
    to: 'const expected = isSame && sequence > before[1] ? before[1] : sequence;',
  },
  'lets-an-old-connection-go-on': {
    file: 'broker/src/dispatch/newest-connections',
    from: 'before?.peer.failWith(CONNECTION_ITSELF, error);',
    to: '',
  },
  'forgets-a-transaction': {
    file: 'core/src/transact/plan-transaction',
    from: 'stage(() => accept(undefined, keepOutcome(name, fingerprint, outcomes, ctx)));',
    to: '',
  },
  'leaves-the-offsets-out-of-a-transaction': {
    file: 'core/src/transact/plan-transaction',
    from: 'for (const one of stages.offsets)',
    to: 'for (const one of [])',
  },
  'ends-a-lease-early': {
    file: 'core/src/share/decide-receive',
    from: 'untilMs: deadlineMs,',
    to: 'untilMs: Math.ceil((nowMs + deadlineMs) / 2),',
  },
  'leaves-out-the-fence': {
    file: 'core/src/share/decide-acknowledge',
    from: "return isNewest || (!fence && kind !== 'return');",
    to: 'return true;',
  },
  'gives-a-token-twice': {
    file: 'core/src/share/share-draft',
    from: 'this.nextToken = token + 1;',
    to: 'this.nextToken = token % 8 === 0 ? token : token + 1;',
  },
  'forgets-an-accept': {
    file: 'core/src/share/settle',
    from: "return [{ first, last, to: 'acknowledged', error: null }];",
    to: "return run.token % 9 === 0 ? [] : [{ first, last, to: 'acknowledged', error: null }];",
  },
  'takes-a-release-for-an-accept': {
    file: 'core/src/share/end-attempt',
    from: 'if (isExhausted)',
    to: "if (run.deliveries === 2) return [{ first, last, to: 'acknowledged', error: null }]; if (isExhausted)",
  },
  'forgets-to-count-a-delivery': {
    file: 'core/src/share/decide-receive',
    from: 'deliveries: (before?.deliveries ?? 0) + 1,',
    to: 'deliveries: before?.deliveries === 2 ? 2 : (before?.deliveries ?? 0) + 1,',
  },
  'kills-one-delivery-early': {
    file: 'core/src/share/end-attempt',
    from: 'max > 0 && run.deliveries >= max;',
    to: 'max > 0 && run.deliveries >= max - 1;',
  },
  'kills-one-delivery-late': {
    file: 'core/src/share/end-attempt',
    from: 'max > 0 && run.deliveries >= max;',
    to: 'max > 0 && run.deliveries > max;',
  },
  'loses-a-dead-letter': {
    file: 'core/src/share/dead-letters',
    from: 'return this.#appends?.finish() ?? NO_COPIES;',
    to: 'return this.#count === 1 ? NO_COPIES : (this.#appends?.finish() ?? NO_COPIES);',
  },
  'gives-the-second-of-a-key': {
    file: 'core/src/share/lanes/fresh-lanes',
    from: 'return lanes.table.activeOf(lane) > 0 || leftOf(lane) > 0 || lanes.rowOf(lane)[1] > 0;',
    to: 'return leftOf(lane) > 0 || lanes.rowOf(lane)[1] > 0;',
  },
  'gives-what-stands-behind-a-failed-one': {
    file: 'core/src/share/lanes/lane-table',
    from: 'if (this.#heldAt[slot] !== NONE)',
    to: 'if (this.#heldAt[slot] === undefined)',
  },
  'takes-a-commit-of-a-former-holder': {
    file: 'core/src/consumer/decide-offset-commit',
    from: 'if (since !== undefined && since <= epoch)',
    to: 'if (epoch > 0)',
  },
  'commits-an-offset-backwards': {
    file: 'core/src/consumer/decide-offset-commit',
    from: '[offset, metadata, nowMs]));',
    to: '[offset % 5 === 4 ? offset - 2 : offset, metadata, nowMs]));',
  },
  'commits-one-too-far': {
    file: 'client/src/consumer/commits',
    from: 'const offsets = waiting.map(({ offset }) => offset);',
    to: 'const offsets = waiting.map(({ offset: o }) => ({ ...o, offset: o.offset + (o.offset % 7 === 3 ? 1 : 0) }));',
  },
  'loses-one-at-redrive': {
    file: 'core/src/operations/redrive-moves',
    from: 'const lane = laneOf(scope.group.config, record);',
    to: "if (offset % 5 === 3) return 'moved'; const lane = laneOf(scope.group.config, record);",
  },
  'leaves-a-letter-that-was-moved': {
    file: 'core/src/operations/decide-redrive-slice',
    from: "outcome === 'moved' ? { to: 'acknowledged' }",
    to: "outcome === 'moved' && offset % 2 === 0 ? { to: 'acknowledged' }",
  },
  'moves-a-letter-back-twice': {
    file: 'core/src/operations/redrive-moves',
    from: 'if (row !== undefined)',
    to: 'if (offset % 5 === 3) this.#append(scope.key.topicId, scope.key.partition, { ...strippedRecord(letter.record), groupId: scope.key.groupId }); if (row !== undefined)',
  },
  'miscounts-accepts': {
    file: 'core/src/share/share-draft',
    from: 'acknowledged + added.acknowledged,',
    to: 'acknowledged + Math.min(added.acknowledged, 1),',
  },
  'miscounts-the-dead': {
    file: 'core/src/share/share-draft',
    from: 'dead + added.dead,',
    to: 'dead + Math.min(added.dead, 0),',
  },
};
