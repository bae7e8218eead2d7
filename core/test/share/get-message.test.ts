// What GetMessage says of offsets at which no message can be.
import { describe, expect, it } from 'vitest';
import { getMessage } from '../../src/index.ts';
import { KEY, sharedTopic } from './share-setup.ts';

describe('a message by its id [L-57]', () => {
  it.each([0, 1, Number.MAX_SAFE_INTEGER])('is not there behind the end: offset %s', (offset) => {
    const { topicId, partition } = KEY;
    const query = { group: 'workers', topicId, partition, offset };
    const error = sharedTopic({}).refused(getMessage, query);
    expect([error.code, error.detail.field]).toEqual(['OFFSET_OUT_OF_RANGE', 'offset']);
  });
});
