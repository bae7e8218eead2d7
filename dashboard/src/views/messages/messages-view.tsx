// The message browser: a page of a log, of a search, or of a queue's messages; one message at the side. Its whole place
// stands in the address.
import { useMemo, useRef } from 'preact/hooks';
import { useLoad } from '../../api/load.ts';
import { StateBadge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import type { Column } from '../../components/columns.ts';
import { payloadLine } from '../../components/json-view.tsx';
import { ProblemNote } from '../../components/note.tsx';
import { Empty, Loading, Page, Panel } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { NONE, Time } from '../../components/values.tsx';
import { formatCount, formatMany } from '../../format/formats.ts';
import { goTo, linkTo, place, setQuery } from '../../shell/router.ts';
import { BrowseForm, FindById } from './browse-form.tsx';
import { type Browse, browseOf, isSearch, queryOf } from './browse-query.ts';
import { type BrowsedPage, type BrowsedRow, loadPage, type PagePlace } from './load-page.ts';
import { MessageDialog } from './message-dialog.tsx';
import './messages.css';

export function View() {
  const browse = browseOf(place.value.query);
  const { open, topic } = browse;
  // What is open changes nothing in the list behind it.
  const asked = JSON.stringify({ ...browse, open: null });
  // Nor does the page of it change the list.
  const list = JSON.stringify({ ...browse, open: null, from: null, token: null, atMs: null });
  return (
    <Page
      title="Messages"
      about="Looks at messages without taking them: by place, time, key, header, text, or state."
      actions={<FindById />}
    >
      <BrowseForm key={asked} browse={browse} />
      {topic === '' ? <NoTopic /> : <Listed key={list} browse={browse} asked={asked} />}
      {open === null || topic === '' ? null : (
        <MessageDialog
          key={open}
          topic={topic}
          id={open}
          queue={browse.queue}
          onClose={() => setQuery({ open: null })}
        />
      )}
    </Page>
  );
}

function NoTopic() {
  return (
    <Panel>
      <Empty title="Choose a topic">
        Its newest messages are shown then. A message id, as the producer was told it, leads to its
        message at once.
      </Empty>
    </Panel>
  );
}

interface ListedProps {
  readonly browse: Browse;
  readonly asked: string;
}

function Listed({ browse, asked }: ListedProps) {
  const { data, problem, isLoading, reload } = useLoad(
    (signal) => loadPage(browse, signal),
    [asked],
  );
  const columns = useMemo(() => columnsOf(browse.queue !== null), [browse.queue]);
  return (
    <Panel
      isFlush
      title={titleOf(browse)}
      about={lookedText(data?.looked ?? null)}
      actions={
        <>
          <Pages browse={browse} page={data} />
          <Button
            isSmall
            icon="reload"
            label="Look again"
            isDisabled={isLoading}
            onPress={reload}
          />
        </>
      }
    >
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={reload} />}
      {data === undefined && problem === undefined ? <Loading rows={8} /> : null}
      {data === undefined ? null : (
        <Table
          label="Messages"
          rows={data.rows}
          columns={columns}
          keyOf={({ id }) => id}
          onOpen={({ id }) => setQuery({ open: id })}
          empty={<NoMessages browse={browse} page={data} />}
          foot={formatMany(data.rows.length, 'message')}
        />
      )}
    </Panel>
  );
}

function lookedText(looked: number | null): string | undefined {
  return looked === null ? undefined : `${formatCount(looked)} looked at`;
}

function titleOf(browse: Browse): string {
  const { queue, state, topic, partition } = browse;
  if (queue !== null) {
    const those = state === null ? 'All' : `The ${state}`;
    return `${those} ${isSearch(browse) ? 'found in' : 'of'} queue ${queue}`;
  }
  return partition === null ? topic : `${topic}, partition ${partition}`;
}

function linkOf(browse: Browse, change: Partial<PagePlace>): string {
  return linkTo('/messages', {}, queryOf({ ...browse, open: null, ...change }));
}

/** Pages of what is searched know only the next one: the way here is remembered as long as the view is open. */
function Pages({
  browse,
  page,
}: {
  readonly browse: Browse;
  readonly page?: BrowsedPage | undefined;
}) {
  const trail = useRef<PagePlace[]>([]);
  const { from, token, atMs } = browse;
  const next = page?.next;
  const isFirst = page?.previous === null;
  const goNext = (to: PagePlace) => {
    trail.current.push({ from, token, atMs });
    goTo(linkOf(browse, to));
  };
  const goBack = () => {
    const before = page?.previous ?? trail.current.pop();
    goTo(linkOf(browse, before ?? { from: null, token: null, atMs: null }));
  };
  const isLost = page?.previous === undefined && trail.current.length === 0;
  return (
    <nav class="messages-pages" aria-label="Pages">
      <Button isSmall icon="left" isDisabled={page === undefined || isFirst} onPress={goBack}>
        {page !== undefined && isLost ? 'First page' : 'Previous'}
      </Button>
      <Button isSmall isDisabled={!next} onPress={() => next && goNext(next)}>
        {browse.queue === null && browse.first === 'newest' ? 'Older' : 'Next'}
      </Button>
    </nav>
  );
}

function NoMessages({ browse, page }: { readonly browse: Browse; readonly page: BrowsedPage }) {
  const { topic, queue, state } = browse;
  if (page.tooMany !== undefined) {
    return (
      <Empty title="Choose a partition">
        The topic has {formatCount(page.tooMany)} of them: too many to look through at once.
      </Empty>
    );
  }
  if (page.next !== null) {
    return (
      <Empty title="Nothing here yet">
        {formatCount(page.looked ?? 0)} messages were looked at, and none is what you look for.
        There are more: go on with “Next” or “Older”.
      </Empty>
    );
  }
  if (isSearch(browse)) return <Empty title="No message is what you look for" />;
  if (queue !== null) return <Empty title={`Queue ${queue} has no ${state ?? ''} messages here`} />;
  return (
    <Empty
      title="No messages here"
      command={`curl ${location.origin}/produce -H 'content-type: application/json' -d '${JSON.stringify({ topic, payload: { hello: 'world' } })}'`}
    >
      The log holds none at this place. This sends one:
    </Empty>
  );
}

const PLACE_COLUMNS: readonly Column<BrowsedRow>[] = [
  {
    id: 'partition',
    title: 'Part.',
    isNumber: true,
    width: '64px',
    sort: ({ partition }) => partition,
    cell: ({ partition }) => partition,
  },
  {
    id: 'offset',
    title: 'Offset',
    isNumber: true,
    width: 'minmax(76px, 0.6fr)',
    sort: ({ offset }) => offset,
    cell: ({ offset }) => formatCount(offset),
  },
  {
    id: 'time',
    title: 'Time',
    width: '174px',
    onPhone: false,
    sort: ({ message }) => message?.timestampMs ?? null,
    cell: ({ message }) => <Time atMs={message?.timestampMs} />,
  },
  {
    id: 'key',
    title: 'Key',
    width: 'minmax(80px, 1fr)',
    sort: ({ message }) => message?.key ?? null,
    cell: ({ message }) => <Key row={message} />,
  },
];

const PAYLOAD_COLUMN: Column<BrowsedRow> = {
  id: 'payload',
  title: 'Payload',
  width: 'minmax(96px, 4fr)',
  cell: ({ message }) =>
    message === null ? (
      <span class="muted">gone from the log</span>
    ) : (
      <span class="mono">{payloadLine(message)}</span>
    ),
};

const QUEUE_COLUMNS: readonly Column<BrowsedRow>[] = [
  {
    id: 'state',
    title: 'State',
    width: '116px',
    sort: ({ queued }) => queued?.state ?? null,
    cell: ({ queued }) => (queued === null ? NONE : <StateBadge state={queued.state} />),
  },
  {
    id: 'deliveries',
    title: 'Deliveries',
    isNumber: true,
    onPhone: false,
    width: '92px',
    sort: ({ queued }) => queued?.deliveries ?? null,
    cell: ({ queued }) => queued?.deliveries ?? NONE,
  },
  {
    id: 'error',
    title: 'Last error',
    onPhone: false,
    width: 'minmax(100px, 1.5fr)',
    cell: ({ queued }) => queued?.lastError ?? queued?.deadReason ?? NONE,
  },
];

function columnsOf(isOfQueue: boolean): readonly Column<BrowsedRow>[] {
  return [...PLACE_COLUMNS, ...(isOfQueue ? QUEUE_COLUMNS : []), PAYLOAD_COLUMN];
}

function Key({ row }: { readonly row: BrowsedRow['message'] }) {
  if (row !== null && row.key !== null) return <span class="mono">{row.key}</span>;
  return row?.keyBase64 === undefined ? NONE : <span class="mono">{row.keyBase64}</span>;
}
