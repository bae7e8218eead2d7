// Messages that were stopped after their last attempt, with what waits behind each of them by its key.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import type { Column } from '../../components/columns.ts';
import { ProblemNote } from '../../components/note.tsx';
import { Empty, Loading, Panel } from '../../components/page.tsx';
import { Count, FromNow, NONE } from '../../components/values.tsx';
import { formatCount } from '../../format/formats.ts';
import { PAGE_MAX } from './held.ts';
import type { TabProps } from './leases-tab.tsx';
import { PagedTable } from './paged-table.tsx';
import { usePages } from './pages.ts';
import type { BlockedKey } from './queue-shapes.ts';
import { Selection } from './selection.tsx';

const NOTHING: ReadonlySet<string> = new Set();

const COLUMNS: readonly Column<BlockedKey>[] = [
  {
    id: 'key',
    title: 'Key',
    width: 'minmax(100px, 2fr)',
    sort: ({ key, keyBase64 }) => key ?? keyBase64 ?? null,
    cell: ({ key, keyBase64 }) =>
      key === null && keyBase64 === undefined ? (
        <span class="muted">no key</span>
      ) : (
        <span class="mono">{key ?? keyBase64}</span>
      ),
  },
  {
    id: 'waiting',
    title: 'Wait behind it',
    isNumber: true,
    width: '112px',
    sort: ({ waiting }) => waiting,
    cell: ({ waiting, waitingIsExact }) =>
      waitingIsExact ? <Count value={waiting} /> : `${formatCount(waiting)} or more`,
  },
  {
    id: 'place',
    title: 'Place',
    onPhone: false,
    sort: ({ partition }) => partition,
    cell: ({ partition, offset }) => `${partition} : ${offset}`,
  },
  {
    id: 'deliveries',
    title: 'Deliveries',
    isNumber: true,
    onPhone: false,
    width: '92px',
    sort: ({ deliveries }) => deliveries,
    cell: ({ deliveries }) => deliveries,
  },
  {
    id: 'first',
    title: 'First delivered',
    onPhone: false,
    width: 'minmax(140px, 1fr)',
    sort: ({ firstDeliveredAtMs }) => firstDeliveredAtMs,
    cell: ({ firstDeliveredAtMs }) => <FromNow atMs={firstDeliveredAtMs} />,
  },
  {
    id: 'error',
    title: 'Last error',
    width: 'minmax(110px, 3fr)',
    cell: ({ lastError }) => lastError ?? NONE,
  },
];

export function BlockedTab({ queue, topic }: TabProps) {
  const list = usePages(
    async (from, signal) => {
      const query = { topic, from, limit: PAGE_MAX };
      const path = { queue };
      const page = await call('GET /queues/{queue}/blocked-keys', { path, query, signal });
      return { items: page.keys, next: page.next, looked: page.looked };
    },
    [queue, topic, 'blocked'],
  );
  const [selected, setSelected] = useState(NOTHING);
  const { items, problem, reload } = list;
  if (items === undefined) {
    return problem === undefined ? <Loading /> : <ProblemNote problem={problem} onRetry={reload} />;
  }
  return (
    <Panel
      isFlush
      title="Blocked"
      about="In order by key, messages behind a blocked one wait until somebody decides about it."
      actions={
        <Selection
          queue={queue}
          ids={items.filter(({ id }) => selected.has(id)).map(({ id }) => id)}
          cancelWord="Skip"
          onDone={() => {
            setSelected(NOTHING);
            reload();
          }}
        />
      }
    >
      <PagedTable
        label="Blocked keys"
        list={list}
        items={items}
        columns={COLUMNS}
        order={{ column: 'waiting', isDescending: true }}
        selected={selected}
        onSelect={setSelected}
        empty={
          <Empty title="Nothing is blocked">
            A queue whose setting onExhausted is “block” stops a message here after its last
            attempt, so that the order of its key is kept.
          </Empty>
        }
        one="key"
      />
    </Panel>
  );
}
