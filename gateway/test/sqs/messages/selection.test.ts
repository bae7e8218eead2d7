// Which attributes a receiver asks for.
import { describe, expect, it } from 'vitest';
import { AttributeSelection } from '../../../src/sqs/messages/selection.ts';

const ATTRIBUTES = ['Hello', 'Help.Me', 'Other', 'Hel'].map((name) => ({
  name,
  type: 'String',
  value: 'v',
}));

function select(...asked: string[]): string[] {
  return new AttributeSelection(asked).of(ATTRIBUTES).map(({ name }) => name);
}

describe('MessageAttributeNames [Q-74]', () => {
  it('all of them, by any of three names', () => {
    for (const all of ['All', '.*', '*']) expect(select('no', all)).toHaveLength(4);
  });

  it('prefixes and names', () => {
    expect(select('Hel.*')).toEqual(['Hello', 'Help.Me', 'Hel']);
    expect(select('Help.*', 'Other', 'unknown')).toEqual(['Help.Me', 'Other']);
    expect(select('Hel')).toEqual(['Hel']);
    expect(select('all', 'hello', 'Hel*')).toEqual([]);
  });

  it('none where none is asked for', () => {
    expect(select()).toEqual([]);
  });
});
