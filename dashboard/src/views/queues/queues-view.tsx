// All queues with their counts, as they change.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import type { QueueCounts } from '../../api/shapes.ts';
import { Button } from '../../components/button.tsx';
import type { Column } from '../../components/columns.ts';
import { NamedList } from '../../components/named-list.tsx';
import { ProblemNote } from '../../components/note.tsx';
import { Empty, Loading, Page } from '../../components/page.tsx';
import { Count, Duration, Rate } from '../../components/values.tsx';
import { liveCounts } from '../../live/live-feed.ts';
import { linkTo } from '../../shell/router.ts';
import { CreateQueue } from './create-queue.tsx';

const linkOf = (queue: string, tab?: string) => linkTo('/queues/{queue}', { queue }, { tab });

type Counted = keyof QueueCounts['counts'];

function count(id: Counted, title: string, onPhone: boolean, tab?: string): Column<QueueCounts> {
  return {
    id,
    title,
    isNumber: true,
    onPhone,
    sort: ({ counts }) => counts[id],
    cell: ({ queue, counts }) =>
      tab === undefined || counts[id] === 0 ? (
        <Count value={counts[id]} />
      ) : (
        <a href={linkOf(queue, tab)}>
          <Count value={counts[id]} />
        </a>
      ),
  };
}

const COLUMNS: readonly [Column<QueueCounts>, ...Column<QueueCounts>[]] = [
  {
    id: 'queue',
    title: 'Queue',
    width: 'minmax(140px, 3fr)',
    sort: ({ queue }) => queue,
    cell: ({ queue }) => <a href={linkOf(queue)}>{queue}</a>,
  },
  count('pending', 'Pending', true),
  count('leased', 'In flight', true, 'leases'),
  count('scheduled', 'Delayed', false, 'scheduled'),
  count('failed', 'Failed', false),
  count('deadLettered', 'Dead', false),
  {
    id: 'arrived',
    title: 'Arrive',
    isNumber: true,
    onPhone: false,
    sort: ({ rates }) => rates?.arrived ?? null,
    cell: ({ rates }) => <Rate value={rates?.arrived} />,
  },
  {
    id: 'done',
    title: 'Finished',
    isNumber: true,
    onPhone: false,
    sort: ({ rates }) => rates?.acknowledged ?? null,
    cell: ({ rates }) => <Rate value={rates?.acknowledged} />,
  },
  {
    id: 'age',
    title: 'Oldest',
    isNumber: true,
    width: 'minmax(96px, 1fr)',
    sort: ({ oldestAgeMs }) => oldestAgeMs,
    cell: ({ oldestAgeMs }) => <Duration ms={oldestAgeMs} />,
  },
];

const nameOf = ({ queue }: QueueCounts) => queue;

export function View() {
  const live = liveCounts.value;
  // Only for the moment until the feed has told them.
  const first = useLoad((signal) => call('GET /dashboard', { signal }), [], {
    isOn: live === undefined,
  });
  const queues = (live ?? first.data)?.queues;
  const [isCreating, setCreating] = useState(false);
  const create = (
    <Button kind="primary" icon="plus" onPress={() => setCreating(true)}>
      Create queue
    </Button>
  );
  const { problem, reload } = first;
  return (
    <Page
      title="Queues"
      about="Share groups: workers lease messages of their topics, and say what became of each."
      actions={create}
    >
      {queues === undefined && problem !== undefined ? (
        <ProblemNote problem={problem} onRetry={reload} />
      ) : null}
      {queues === undefined && problem === undefined ? <Loading /> : null}
      {queues === undefined ? null : (
        <NamedList
          label="Queues"
          one="queue"
          all={queues}
          columns={COLUMNS}
          nameOf={nameOf}
          linkOf={linkOf}
          none={<NoQueues create={create} />}
        />
      )}
      {isCreating ? <CreateQueue onClose={() => setCreating(false)} /> : null}
    </Page>
  );
}

function NoQueues({ create }: { readonly create: ComponentChildren }) {
  return (
    <Empty
      title="No queues yet"
      action={create}
      command={`curl ${location.origin}/queues -H 'content-type: application/json' -d '{"name": "mails"}'`}
    >
      A queue gives each message to one worker at a time, again until it is done, and keeps what
      fails for good. Create one here, or with a request:
    </Empty>
  );
}
