// Settings of topics at their limits.
// Limits met here: segmentBytesMin, segmentBytesMax, segmentMsMin, retentionMsMin.
import { LIMITS } from '@millrace/protocol';
import { expect, it } from 'vitest';
import { Catalog, planTopics, TOPIC_DEFAULTS, type TopicSpec } from '../../src/index.ts';

const CONTEXT = { nowMs: 7, random: () => 0 };

function faultOf(change: Partial<typeof TOPIC_DEFAULTS>): string | undefined {
  const config = {
    ...TOPIC_DEFAULTS,
    retentionBytes: -1,
    segmentMs: LIMITS.segmentMsMin,
    ...change,
  };
  const spec = { name: 't', partitions: 1, config, annotations: null } satisfies TopicSpec;
  const { error } = planTopics(new Catalog(), [spec], CONTEXT);
  return error && `${error.code} ${error.detail.field} ${error.detail.limit}`;
}

it.each([
  ['segmentBytes', LIMITS.segmentBytesMin, -1],
  ['segmentBytes', LIMITS.segmentBytesMax, 1],
  ['segmentMs', LIMITS.segmentMsMin, -1],
  ['retentionMs', LIMITS.retentionMsMin, -1],
] as const)(
  'settings of a topic to their least and largest values, and one beyond: %s %i',
  (setting, limit, step) => {
    expect(faultOf({ [setting]: limit })).toBeUndefined();
    expect(faultOf({ [setting]: limit + step })).toContain(`INVALID_CONFIG config.${setting}`);
    expect(faultOf({ [setting]: limit + step })).toContain(`${limit}`);
  },
);
