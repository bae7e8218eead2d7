// Settings of topics at their limits.
// Limits met here: segmentBytesMin, segmentBytesMax, segmentMsMin, retentionMsMin.
import { LIMITS } from '@millrace/protocol';
import { expect, it } from 'vitest';
import { Catalog, planTopics } from '../../src/index.ts';

const CONTEXT = { nowMs: 7, random: () => 0 };
/** Small enough to go with every other setting. */
const LEAST = { segmentMs: LIMITS.segmentMsMin, dedupWindowMs: LIMITS.dedupWindowMsMin };

function faultOf(setting: string, value: number): string | undefined {
  const config = { ...LEAST, [setting]: value };
  const spec = { name: 't', partitions: 1, config, annotations: null };
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
    expect(faultOf(setting, limit)).toBeUndefined();
    expect(faultOf(setting, limit + step)).toContain(`INVALID_CONFIG config.${setting}`);
    expect(faultOf(setting, limit + step)).toContain(`${limit}`);
  },
);
