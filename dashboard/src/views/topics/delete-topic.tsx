// Asks before a topic is deleted: says what goes with it, and who reads it.
import { call } from '../../api/call.ts';
import { confirmAct } from '../../components/confirm.tsx';
import { toast } from '../../components/toast.tsx';
import { formatBytes, formatMany } from '../../format/formats.ts';
import { goTo, linkTo } from '../../shell/router.ts';

export async function deleteTopic(topic: string): Promise<void> {
  const isDone = await confirmAct({
    title: `Delete topic ${topic}`,
    isDanger: true,
    typeName: topic,
    consequence: async (signal) => {
      const path = { topic };
      const [{ partitions }, { groups, next }] = await Promise.all([
        call('GET /topics/{topic}', { path, signal }),
        call('GET /topics/{topic}/groups', { path, query: { limit: 1_000 }, signal }),
      ]);
      const records = partitions.reduce((sum, one) => sum + one.endOffset - one.startOffset, 0);
      const bytes = partitions.reduce((sum, one) => sum + one.bytes, 0);
      const many = `${formatMany(groups.length, 'group')}${next === null ? '' : ' or more'}`;
      const says = (
        <>
          <p>
            {formatMany(records, 'record')} in {formatMany(partitions.length, 'partition')} (
            {formatBytes(bytes)}) will be gone for good. There is no undo.
          </p>
          {groups.length === 0 ? (
            <p>No group reads it.</p>
          ) : (
            <p>
              {many} {groups.length === 1 ? 'reads' : 'read'} it and will lose their place:{' '}
              {groups
                .slice(0, 10)
                .map(({ group }) => group)
                .join(', ')}
              {groups.length > 10 ? ' …' : ''}. Messages that wait in them go with it.
            </p>
          )}
        </>
      );
      return { says, act: `Delete topic with ${formatMany(records, 'record')}` };
    },
    run: () => call('DELETE /topics/{topic}', { path: { topic } }),
  });
  if (!isDone) return;
  toast({ tone: 'good', text: `Topic ${topic} is deleted.` });
  goTo(linkTo('/topics'));
}
