// The table of attributes, and the page that is drawn from it. UPDATE_DOCS=1 draws it anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { annotationOf } from '../../../src/sqs/queues/annotations.ts';
import { ATTRIBUTE_NAMES, attribute } from '../../../src/sqs/queues/attributes.ts';

const PAGE = new URL('../../../../docs/semantics/sqs.md', import.meta.url);
const BEGIN = '<!-- attributes: begin -->';
const END = '<!-- attributes: end -->';
const GROUND = { isNew: true, dedupScope: 'topic', dedupWindowMs: 0 } as const;

function rowOf(name: (typeof ATTRIBUTE_NAMES)[number]): string {
  const { set, isFifo, fallback, value, home } = attribute(name);
  const who = { always: 'yes', creation: 'at creation', never: 'no' }[set];
  const cells = [
    `${name}${isFifo ? ' (FIFO)' : ''}`,
    fallback ?? '',
    value?.range ?? '',
    who,
    home,
  ];
  return `| ${cells.join(' | ')} |`;
}

function drawn(): string {
  const head = [
    '| name | new queue | allowed | can be set | lives in |',
    '| --- | --- | --- | --- | --- |',
  ];
  return [BEGIN, ...head, ...ATTRIBUTE_NAMES.map(rowOf), END].join('\n');
}

describe('the attributes', () => {
  it('stand in the documentation as they are', () => {
    const page = readFileSync(PAGE, 'utf8');
    const [from, to] = [page.indexOf(BEGIN), page.indexOf(END) + END.length];
    expect(from).toBeGreaterThan(0);
    const fresh = page.slice(0, from) + drawn() + page.slice(to);
    const isUpdate = process.env['UPDATE_DOCS'] === '1';
    if (isUpdate) writeFileSync(PAGE, fresh);
    expect(isUpdate ? fresh : page).toBe(fresh);
  });

  it('that can be given have a check and a place, and allow their own default', () => {
    for (const name of ATTRIBUTE_NAMES) {
      const { set, value, change, fallback, unset } = attribute(name);
      expect([name, value !== undefined, change !== undefined]).toEqual([
        name,
        set !== 'never',
        set !== 'never',
      ]);
      const texts = [fallback, unset].filter((text) => text !== undefined);
      expect(texts.map((text) => value?.parse(text))).toEqual(texts);
    }
  });

  it('keep what they keep in annotations under their own names', () => {
    const names = new Set(ATTRIBUTE_NAMES.map(annotationOf));
    for (const name of ATTRIBUTE_NAMES) {
      const given = attribute(name).fallback ?? 'true';
      const annotations = attribute(name).change?.(given, GROUND).annotations ?? {};
      for (const key of Object.keys(annotations)) expect(names).toContain(key);
    }
  });
});
