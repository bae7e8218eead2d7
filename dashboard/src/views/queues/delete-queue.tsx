// Asks before a queue is deleted: says what goes with it, and what stays.
import { call } from '../../api/call.ts';
import { confirmAct } from '../../components/confirm.tsx';
import { toast } from '../../components/toast.tsx';
import { formatMany } from '../../format/formats.ts';
import { goTo, linkTo } from '../../shell/router.ts';
import type { Queue } from './queue-shapes.ts';

/** Messages that are not finished with. */
export function unresolvedOf({ states }: Pick<Queue, 'states'>): number {
  const { fresh, ready, scheduled, leased, parked, blocked } = states;
  return fresh + ready + scheduled + leased + parked + blocked;
}

export async function deleteQueue(queue: string): Promise<void> {
  const isDone = await confirmAct({
    title: `Delete queue ${queue}`,
    isDanger: true,
    typeName: queue,
    consequence: async (signal) => {
      const found = await call('GET /queues/{queue}', { path: { queue }, signal });
      const open = unresolvedOf(found);
      const own = found.topics.find(({ topic }) => topic === queue);
      const others = found.topics.filter(({ topic }) => topic !== queue);
      const records = own === undefined ? 0 : await recordsOf(own.topic, signal);
      const says = (
        <>
          <p>
            {formatMany(open, 'unresolved message')} will not be delivered any more, and leases end
            without an answer. There is no undo.
          </p>
          {own === undefined ? null : (
            <p>
              Its topic {own.topic} goes with it, with {formatMany(records, 'record')}.
            </p>
          )}
          {others.length === 0 ? null : (
            <p>Records of {others.map(({ topic }) => topic).join(', ')} stay.</p>
          )}
          <p>Dead letters stay in their topics.</p>
        </>
      );
      return { says, act: `Delete queue with ${formatMany(open, 'unresolved message')}` };
    },
    run: () => call('DELETE /queues/{queue}', { path: { queue } }),
  });
  if (!isDone) return;
  toast({ tone: 'good', text: `Queue ${queue} is deleted.` });
  goTo(linkTo('/queues'));
}

async function recordsOf(topic: string, signal: AbortSignal): Promise<number> {
  const { partitions } = await call('GET /topics/{topic}', { path: { topic }, signal });
  return partitions.reduce((sum, one) => sum + one.endOffset - one.startOffset, 0);
}
