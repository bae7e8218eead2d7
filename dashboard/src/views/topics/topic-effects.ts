// What a changed setting takes of what a topic holds now, in words, counted by the gateway. It changes nothing.
import { call } from '../../api/call.ts';
import { formatBytes, formatMany } from '../../format/formats.ts';
import type { Change } from './topic-changes.ts';
import type { Topic } from './topic-shapes.ts';

/** Of a change that is destructive. */
export async function effectOf(
  topic: Topic,
  { setting: { name }, value }: Change,
  signal: AbortSignal,
): Promise<string> {
  if (name === 'retentionMs') return effectOfAge(topic, Number(value), signal);
  if (name === 'retentionBytes') return effectOfSize(topic, Number(value));
  if (name === 'messageTtlMs') {
    return 'Messages that have waited longer than that in a queue expire: they are dropped, or dead-lettered where the queue says so.';
  }
  if (name === 'retentionAcked') {
    return 'Segments that all groups have passed are removed, also before their time: nobody can read them again.';
  }
  return value === 'delete'
    ? 'From now on records are removed by age and size, also the last one of its key.'
    : 'Of each key only the last record stays: older ones are removed for good. Records without a key are refused.';
}

async function effectOfAge(
  { name: topic, partitions }: Topic,
  retentionMs: number,
  signal: AbortSignal,
): Promise<string> {
  const query = { at: Math.max(0, Date.now() - retentionMs) };
  const young = await call('GET /topics/{topic}/offsets', { path: { topic }, query, signal });
  const records = partitions.reduce((sum, { partition, startOffset }) => {
    const offset = young.partitions.find((one) => one.partition === partition)?.offset;
    return sum + Math.max(0, (offset ?? startOffset) - startOffset);
  }, 0);
  const are = `${formatMany(records, 'record')} ${records === 1 ? 'is' : 'are'}`;
  return `${are} older than that now. Retention removes whole segments, for good, also what no group has read.`;
}

function effectOfSize({ partitions }: Topic, retentionBytes: number): string {
  const bytes = partitions.reduce((sum, one) => sum + Math.max(0, one.bytes - retentionBytes), 0);
  return `${formatBytes(bytes)} are beyond that now. Retention removes the oldest segments, for good, also what no group has read.`;
}
