// Messages of a queue by state, a page after the other, with what can be done about those that are selected.
import { useMemo, useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { StateBadge } from '../../components/badge.tsx';
import type { Column } from '../../components/columns.ts';
import { Select } from '../../components/fields.tsx';
import { payloadLine } from '../../components/json-view.tsx';
import { ProblemNote } from '../../components/note.tsx';
import { Empty, Loading, Panel } from '../../components/page.tsx';
import { Count, NONE } from '../../components/values.tsx';
import { place, setQuery } from '../../shell/router.ts';
import { changesOf } from '../messages/change-message.ts';
import type { Queued } from '../messages/message-shapes.ts';
import type { TabProps } from './leases-tab.tsx';
import { PagedTable } from './paged-table.tsx';
import { usePages } from './pages.ts';
import { Selection } from './selection.tsx';

const PAGE_ROWS = 100;
const NOTHING: ReadonlySet<string> = new Set();

const STATES = [
  ['', 'All'],
  ['fresh', 'Fresh'],
  ['ready', 'Ready'],
  ['leased', 'Leased'],
  ['scheduled', 'Scheduled'],
  ['parked', 'Parked'],
  ['blocked', 'Blocked'],
  ['acknowledged', 'Acknowledged'],
  ['dead', 'Dead'],
] as const;

const COLUMNS: readonly Column<Queued>[] = [
  {
    id: 'place',
    title: 'Place',
    width: 'minmax(76px, 0.7fr)',
    sort: ({ partition, offset }) => partition * 1e12 + offset,
    cell: ({ partition, offset }) => `${partition} : ${offset}`,
  },
  {
    id: 'state',
    title: 'State',
    width: '116px',
    sort: ({ state }) => state,
    cell: ({ state }) => <StateBadge state={state} />,
  },
  {
    id: 'deliveries',
    title: 'Deliveries',
    isNumber: true,
    onPhone: false,
    width: '92px',
    sort: ({ deliveries }) => deliveries,
    cell: ({ deliveries }) => <Count value={deliveries} />,
  },
  {
    id: 'key',
    title: 'Key',
    onPhone: false,
    width: 'minmax(80px, 1fr)',
    sort: ({ message }) => message?.key ?? null,
    cell: ({ message }) => message?.key ?? NONE,
  },
  {
    id: 'error',
    title: 'Last error',
    onPhone: false,
    width: 'minmax(100px, 2fr)',
    cell: ({ lastError, deadReason }) => lastError ?? deadReason ?? NONE,
  },
  {
    id: 'payload',
    title: 'Payload',
    width: 'minmax(140px, 3fr)',
    cell: ({ message }) =>
      message === null || message === undefined ? (
        <span class="muted">gone from the log</span>
      ) : (
        <span class="mono">{payloadLine(message)}</span>
      ),
  },
];

export function MessagesTab({ queue, topic }: TabProps) {
  const state = place.value.query.get('state') ?? '';
  const list = usePages(
    async (from, signal) => {
      const query = { topic, state, from, limit: PAGE_ROWS };
      const path = { queue };
      const page = await call('GET /queues/{queue}/messages', { path, query, signal });
      return { items: page.messages, next: page.next, looked: page.messages.length };
    },
    [queue, topic, state],
  );
  const [selected, setSelected] = useState(NOTHING);
  const { items, problem, reload } = list;
  const ids = useMemo(() => {
    const chosen = (items ?? []).filter(({ id }) => selected.has(id));
    return chosen.filter((one) => changesOf(one.state).length > 0).map(({ id }) => id);
  }, [items, selected]);
  return (
    <Panel
      isFlush
      actions={
        <>
          <Select
            label="State"
            value={state}
            onInput={(value) => setQuery({ state: value })}
            options={STATES}
          />
          <Selection
            queue={queue}
            ids={ids}
            onDone={() => {
              setSelected(NOTHING);
              reload();
            }}
          />
        </>
      }
    >
      {items === undefined && problem !== undefined ? (
        <ProblemNote problem={problem} onRetry={reload} />
      ) : null}
      {items === undefined && problem === undefined ? <Loading /> : null}
      {items === undefined ? null : (
        <PagedTable
          label="Messages"
          list={list}
          items={items}
          columns={COLUMNS}
          selected={selected}
          onSelect={setSelected}
          empty={<Empty title={state === '' ? 'No messages' : `No message is ${state}`} />}
          one="message"
        />
      )}
    </Panel>
  );
}
