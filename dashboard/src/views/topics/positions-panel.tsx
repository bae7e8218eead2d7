// Where each group stands in each partition: a bar for each, from the start of the log to its end, with its numbers beside
// it; and the same as a table.
import { useMemo, useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import { Button } from '../../components/button.tsx';
import type { Column } from '../../components/columns.ts';
import { ProblemNote } from '../../components/note.tsx';
import { Empty, Loading, Panel } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { Count, Short } from '../../components/values.tsx';
import { formatCount } from '../../format/formats.ts';
import { linkTo, place as pagePlace, setQuery } from '../../shell/router.ts';
import { BAR_WIDTH, type Bounds, type Part } from './positions.ts';
import { type Standing, standingsOf } from './standings.ts';
import './topics.css';

const EVERY_MS = 2_000;
const PARTITIONS_SHOWN = 8;

export function PositionsPanel({ topic }: { readonly topic: string }) {
  const { data, problem, reload } = useLoad(
    (signal) => call('GET /topics/{topic}/groups', { path: { topic }, signal }),
    [topic],
    { everyMs: EVERY_MS },
  );
  const standings = useMemo(() => (data === undefined ? [] : standingsOf(data)), [data]);
  const isTable = pagePlace.value.query.get('as') === 'table';
  if (data === undefined) {
    return problem === undefined ? <Loading /> : <ProblemNote problem={problem} onRetry={reload} />;
  }
  const actions = (
    <Button isSmall onPress={() => setQuery({ as: isTable ? null : 'table' })}>
      {isTable ? 'Show as picture' : 'Show as table'}
    </Button>
  );
  const hasMore = data.next === null ? undefined : 'Not all groups of the broker were asked.';
  return (
    <Panel title="Where groups stand" about={hasMore} actions={actions} isFlush={isTable}>
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={reload} />}
      {standings.length === 0 ? <NoGroups topic={topic} /> : null}
      {standings.length > 0 && isTable ? (
        <Table label="Where groups stand" rows={standings} columns={COLUMNS} keyOf={keyOf} />
      ) : null}
      {standings.length > 0 && !isTable ? (
        <Picture partitions={data.partitions} standings={standings} />
      ) : null}
    </Panel>
  );
}

function NoGroups({ topic }: { readonly topic: string }) {
  return (
    <Empty
      title="No group reads this topic"
      command={`curl '${location.origin}/consume?topic=${encodeURIComponent(topic)}&group=workers'`}
    >
      A consumer group keeps an offset a partition; a share group, which a queue is, keeps the state
      of every message. This receives a message through a share group, and makes it:
    </Empty>
  );
}

interface PictureProps {
  readonly partitions: readonly Bounds[];
  readonly standings: readonly Standing[];
}

function Picture({ partitions, standings }: PictureProps) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? partitions : partitions.slice(0, PARTITIONS_SHOWN);
  return (
    <>
      <ul class="legend topics-legend">
        <LegendItem kind="done" text="finished, or read" />
        <LegendItem kind="working" text="delivered, not all finished" />
        <LegendItem kind="ahead" text="not read or delivered yet" />
      </ul>
      {shown.map((bounds) => (
        <PartitionPicture
          key={bounds.partition}
          bounds={bounds}
          standings={standings.filter(({ partition }) => partition === bounds.partition)}
        />
      ))}
      {shown.length === partitions.length ? null : (
        <Button onPress={() => setWhole(true)}>
          Show all {formatCount(partitions.length)} partitions
        </Button>
      )}
    </>
  );
}

function LegendItem({ kind, text }: { readonly kind: string; readonly text: string }) {
  return (
    <li>
      <span class="topics-swatch" data-kind={kind} />
      {text}
    </li>
  );
}

interface PartitionProps {
  readonly bounds: Bounds;
  readonly standings: readonly Standing[];
}

function PartitionPicture({ bounds, standings }: PartitionProps) {
  return (
    <section class="topics-partition" aria-label={`Partition ${bounds.partition}`}>
      <header>
        <h3>Partition {bounds.partition}</h3>
        <span class="muted">
          {formatCount(bounds.startOffset)} – {formatCount(bounds.endOffset)}
        </span>
      </header>
      {standings.map((standing) => (
        <div class="topics-lane" key={standing.group}>
          <a href={linkOf(standing)} title={standing.group}>
            {standing.group}
          </a>
          <Bar parts={standing.parts} label={textOf(standing)} />
          <span class="number" title={textOf(standing)}>
            <Short value={standing.lag} /> <small class="muted">left</small>
          </span>
        </div>
      ))}
      {standings.length === 0 ? <p class="muted">No group has a place here.</p> : null}
    </section>
  );
}

const BAR_HEIGHT = 14;

function Bar({ parts, label }: { readonly parts: readonly Part[]; readonly label: string }) {
  return (
    <svg
      class="topics-bar"
      viewBox={`0 0 ${BAR_WIDTH} ${BAR_HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {parts.map(({ kind, x, width, from, to }) => (
        <rect key={kind} data-kind={kind} x={x} y={0} width={width} height={BAR_HEIGHT}>
          <title>{`${NAMES[kind]}: ${formatCount(from)} to ${formatCount(to - 1)}`}</title>
        </rect>
      ))}
    </svg>
  );
}

const NAMES = { done: 'Finished, or read', working: 'Delivered', ahead: 'Not delivered' } as const;

function textOf({ group, kind, partition, at, cursor, end, lag }: Standing): string {
  const place =
    kind === 'share'
      ? `oldest unresolved ${formatCount(at ?? 0)}, next never delivered ${formatCount(cursor ?? 0)}`
      : at === null
        ? 'nothing committed'
        : `committed ${formatCount(at)}`;
  return `${group} in partition ${partition}: ${place}, end ${formatCount(end)}, ${formatCount(lag)} left`;
}

function linkOf({ kind, group }: Standing): string {
  return kind === 'share'
    ? linkTo('/queues/{queue}', { queue: group })
    : linkTo('/groups/{group}', { group });
}

const keyOf = ({ group, partition }: Standing) => `${group} ${partition}`;

const COLUMNS: readonly Column<Standing>[] = [
  {
    id: 'group',
    title: 'Group',
    width: 'minmax(140px, 2fr)',
    sort: ({ group }) => group,
    cell: (row) => <a href={linkOf(row)}>{row.group}</a>,
  },
  {
    id: 'kind',
    title: 'Kind',
    onPhone: false,
    sort: ({ kind }) => kind,
    cell: ({ kind }) => kind,
  },
  {
    id: 'partition',
    title: 'Partition',
    isNumber: true,
    sort: ({ partition }) => partition,
    cell: ({ partition }) => partition,
  },
  number('start', 'Log start', ({ start }) => start),
  number('at', 'Committed, or oldest unresolved', ({ at }) => at, 'minmax(120px, 2fr)'),
  number('cursor', 'Next never delivered', ({ cursor }) => cursor, 'minmax(110px, 1.5fr)'),
  number('end', 'End', ({ end }) => end),
  number('lag', 'Left', ({ lag }) => lag),
];

function number(
  id: string,
  title: string,
  of: (row: Standing) => number | null,
  width = 'minmax(80px, 1fr)',
): Column<Standing> {
  return { id, title, width, isNumber: true, sort: of, cell: (row) => <Count value={of(row)} /> };
}
