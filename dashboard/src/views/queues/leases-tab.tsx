// Messages that workers have, the earliest deadline first.
import { ProblemNote } from '../../components/note.tsx';
import { Empty, Loading, Panel } from '../../components/page.tsx';
import { leasesOf } from './held.ts';
import { LEASE_COLUMNS } from './held-columns.tsx';
import { PagedTable } from './paged-table.tsx';
import { usePages } from './pages.ts';

export interface TabProps {
  readonly queue: string;
  /** Of its topics the one that is shown. */
  readonly topic: string;
}

export function LeasesTab({ queue, topic }: TabProps) {
  const list = usePages(
    (from, signal) => leasesOf(queue, topic, from, signal),
    [queue, topic, 'leases'],
  );
  const { items, problem, reload } = list;
  if (items === undefined) {
    return problem === undefined ? <Loading /> : <ProblemNote problem={problem} onRetry={reload} />;
  }
  return (
    <Panel
      isFlush
      title="In flight"
      about="A message comes back to the queue when its lease ends without an answer."
    >
      <PagedTable
        label="Messages in flight"
        list={list}
        items={items}
        columns={LEASE_COLUMNS}
        order={{ column: 'until', isDescending: false }}
        empty={<NoLeases queue={queue} />}
        one="lease"
      />
    </Panel>
  );
}

function NoLeases({ queue }: { readonly queue: string }) {
  return (
    <Empty
      title="No worker has a message"
      command={`curl ${location.origin}/queues/${encodeURIComponent(queue)}/receive -H 'content-type: application/json' -d '{"max": 1, "waitMs": 5000}'`}
    >
      A message that is received is leased until it is acknowledged or its time is over. This
      receives one:
    </Empty>
  );
}
