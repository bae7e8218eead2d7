// The cache of batches: it saves reads, holds no more than its bound, and forgets on command.

import { type KeyOf, put, remove } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { CachedView } from '../../src/shard/cached-view.ts';

const MIB = 1024 * 1024;

class CountingView {
  reads = 0;
  bytes = 2 * MIB;

  get(_table: string, key: readonly unknown[]): Uint8Array {
    this.reads += 1;
    return new Uint8Array(this.bytes).fill(Number(key[2]));
  }

  range(): Iterable<never> {
    return [];
  }
}

function cached() {
  const inner = new CountingView();
  const view = new CachedView(inner, () => undefined);
  const read = (offset: number) => view.get('batches', [1, 0, offset] as KeyOf<'batches'>);
  return { inner, view, read };
}

describe('the cache of batches', () => {
  test('a batch is read from the store once, as long as it is used', () => {
    const { inner, read } = cached();
    const first = read(1);
    for (let offset = 2; offset <= 12; offset += 1) {
      read(offset);
      expect(read(1)).toBe(first);
    }
    expect(inner.reads).toBe(12);
  });

  test('it holds no more than its bound: what was used longest ago goes', () => {
    const { inner, read } = cached();
    for (let offset = 1; offset <= 9; offset += 1) read(offset);
    expect(inner.reads).toBe(9);
    read(9);
    expect(inner.reads).toBe(9);
    expect(read(1)?.[0]).toBe(1);
    expect(inner.reads).toBe(10);
  });

  test('what is written anew or deleted is forgotten, and its room is free again', () => {
    const { inner, view, read } = cached();
    for (let offset = 1; offset <= 8; offset += 1) read(offset);
    view.forget([put('batches', [1, 0, 3], new Uint8Array()), remove('batches', [1, 0, 4])]);
    read(3);
    read(4);
    expect(inner.reads).toBe(10);
    for (const offset of [1, 2, 5, 6, 7, 8]) read(offset);
    expect(inner.reads).toBe(10);
  });

  test('small batches are not kept, and rows of other tables never', () => {
    const { inner, view, read } = cached();
    inner.bytes = 100;
    read(1);
    read(1);
    view.get('topics', [1]);
    view.get('topics', [1]);
    expect(inner.reads).toBe(4);
  });

  test('the batch that a reader stops at is not looked into, and is the last', () => {
    const rows = [1, 2, 3].map((offset) => [[1, 0, offset], new Uint8Array([offset])] as const);
    const inner = { get: () => undefined, range: () => rows as Iterable<never> };
    const looked: number[] = [];
    const view = new CachedView(inner, (content) => {
      looked.push(content[0] as number);
      return undefined;
    });
    const found = view.range('batches', { stopsAt: ([offset]) => offset === 2 });
    expect([...found].map(([[, , offset]]) => offset)).toEqual([1, 2]);
    expect(looked).toEqual([1]);
    expect(view.takeDamaged()).toEqual([]);
  });

  test('after an abort everything is read anew', () => {
    const { inner, view, read } = cached();
    read(1);
    view.clear();
    read(1);
    expect(inner.reads).toBe(2);
  });
});
