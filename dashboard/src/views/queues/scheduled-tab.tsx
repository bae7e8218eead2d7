// Messages that wait for a time: how many become ready when, and each of them.
import { useMemo, useState } from 'preact/hooks';
import { ProblemNote } from '../../components/note.tsx';
import { Empty, Loading, Panel } from '../../components/page.tsx';
import { formatCount } from '../../format/formats.ts';
import { idsOf, scheduledOf } from './held.ts';
import { SCHEDULED_COLUMNS } from './held-columns.tsx';
import type { TabProps } from './leases-tab.tsx';
import { PagedTable } from './paged-table.tsx';
import { usePages } from './pages.ts';
import { CHANGED_MAX, Selection } from './selection.tsx';
import { Timeline } from './timeline.tsx';

const NOTHING: ReadonlySet<string> = new Set();

export function ScheduledTab({ queue, topic }: TabProps) {
  const list = usePages(
    (from, signal) => scheduledOf(queue, topic, from, signal),
    [queue, topic, 'scheduled'],
  );
  const [selected, setSelected] = useState(NOTHING);
  const { items, problem, reload } = list;
  const ids = useMemo(() => {
    const rows = (items ?? []).filter(({ id }) => selected.has(id));
    return rows.flatMap((row) => idsOf(row, CHANGED_MAX + 1));
  }, [items, selected]);
  if (items === undefined) {
    return problem === undefined ? <Loading /> : <ProblemNote problem={problem} onRetry={reload} />;
  }
  if (items.length === 0 && !list.hasMore) return <NothingWaits queue={queue} />;
  const about = list.hasMore ? `Of the first ${formatCount(list.looked)} messages.` : undefined;
  return (
    <>
      <Panel title="Becomes ready" about={about}>
        <Timeline held={items} />
      </Panel>
      <Panel
        isFlush
        title="Delayed"
        actions={
          <Selection
            queue={queue}
            ids={ids}
            canReschedule
            onDone={() => {
              setSelected(NOTHING);
              reload();
            }}
          />
        }
      >
        <PagedTable
          label="Delayed messages"
          list={list}
          items={items}
          columns={SCHEDULED_COLUMNS}
          order={{ column: 'until', isDescending: false }}
          selected={selected}
          onSelect={setSelected}
          one="message"
        />
      </Panel>
    </>
  );
}

function NothingWaits({ queue }: { readonly queue: string }) {
  return (
    <Panel>
      <Empty
        title="Nothing waits for a time"
        command={`curl ${location.origin}/queues/${encodeURIComponent(queue)}/messages -H 'content-type: application/json' -d '{"payload": {"to": "al"}, "delayMs": 60000}'`}
      >
        Messages that are sent with a delay, or failed and are in the pause before the next attempt,
        stand here. This sends one that is ready in a minute:
      </Empty>
    </Panel>
  );
}
