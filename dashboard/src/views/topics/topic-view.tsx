// A topic: its partitions and their sizes, how fast it grows, where groups stand, what it is set to.
import { useMemo, useRef, useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import { LinkButton } from '../../components/button.tsx';
import type { Column } from '../../components/columns.ts';
import { ProblemNote } from '../../components/note.tsx';
import { Facts, Loading, Page, Panel, Stat, Stats } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { Bytes, Count, Rate, Short, Time } from '../../components/values.tsx';
import { formatDuration } from '../../format/formats.ts';
import { ActButton } from '../../shell/rights.tsx';
import { linkTo } from '../../shell/router.ts';
import type { ViewProps } from '../../shell/routes.ts';
import { settingText } from '../settings-text.ts';
import { ChangeTopic } from './change-topic.tsx';
import { deleteTopic } from './delete-topic.tsx';
import { growthOf, type Sample } from './growth.ts';
import { Growth, useGrowthRing } from './growth-chart.tsx';
import { PositionsPanel } from './positions-panel.tsx';
import type { PartitionRow, Topic } from './topic-shapes.ts';

const EVERY_MS = 2_000;

interface Grown extends PartitionRow {
  readonly topic: string;
  readonly appendedRate: number | null;
}

interface Look {
  readonly atMs: number;
  readonly topic: Topic;
  readonly rows: readonly Grown[];
  /** Over all partitions. */
  readonly appendedRate: number | null;
}

function useTopic(name: string) {
  const before = useRef<{ readonly name: string; readonly sample: Sample } | undefined>(undefined);
  return useLoad<Look>(
    async (signal) => {
      const topic = await call('GET /topics/{topic}', { path: { topic: name }, signal });
      const ends = new Map(topic.partitions.map((one) => [String(one.partition), one.endOffset]));
      const sample = { atMs: performance.now(), ends };
      const last = before.current?.name === name ? before.current.sample : undefined;
      before.current = { name, sample };
      const rows = topic.partitions.map((one) => {
        const appendedRate = growthOf(String(one.partition), last, sample);
        return { ...one, topic: name, appendedRate };
      });
      const rates = rows.map(({ appendedRate }) => appendedRate).filter((rate) => rate !== null);
      const sum = rates.length === 0 ? null : rates.reduce((a, b) => a + b, 0);
      return { atMs: Date.now(), topic, rows, appendedRate: sum };
    },
    [name],
    { everyMs: EVERY_MS },
  );
}

export function View({ params }: ViewProps) {
  const name = params['topic'] ?? '';
  const { data, problem, reload } = useTopic(name);
  const ring = useGrowthRing(name, data);
  const [isChanging, setChanging] = useState(false);
  const actions = (
    <>
      <LinkButton to={linkTo('/messages', {}, { topic: name })} icon="messages">
        Browse messages
      </LinkButton>
      <ActButton needs={[['alter', 'topic', name]]} icon="edit" onPress={() => setChanging(true)}>
        Change settings
      </ActButton>
      <ActButton
        needs={[['delete', 'topic', name]]}
        icon="trash"
        onPress={() => void deleteTopic(name)}
      >
        Delete
      </ActButton>
    </>
  );
  if (data === undefined) {
    return (
      <Page title={name}>
        {problem === undefined ? <Loading /> : <ProblemNote problem={problem} onRetry={reload} />}
      </Page>
    );
  }
  const { topic, rows, appendedRate } = data;
  return (
    <Page title={name} actions={actions}>
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={reload} />}
      {isChanging ? (
        <ChangeTopic
          topic={topic}
          onClose={() => setChanging(false)}
          onDone={() => {
            setChanging(false);
            reload();
          }}
        />
      ) : null}
      <Sizes topic={topic} appendedRate={appendedRate} />
      <Parts topic={topic} rows={rows} ring={ring} />
    </Page>
  );
}

interface PartsProps extends Pick<Look, 'topic' | 'rows'> {
  readonly ring: ReturnType<typeof useGrowthRing>;
}

function Parts({ topic, rows, ring }: PartsProps) {
  return (
    <Tabs
      label="Topic"
      tabs={[
        {
          id: 'groups',
          title: 'Where groups stand',
          show: () => <PositionsPanel topic={topic.name} />,
        },
        {
          id: 'partitions',
          title: 'Partitions',
          count: rows.length,
          show: () => (
            <>
              <Panel title="Appended, records a second">
                <Growth ring={ring} />
              </Panel>
              <Panel title="Partitions" isFlush>
                <Table
                  label="Partitions"
                  rows={rows}
                  columns={COLUMNS}
                  keyOf={({ partition }) => String(partition)}
                />
              </Panel>
            </>
          ),
        },
        { id: 'settings', title: 'Settings', show: () => <Settings topic={topic} /> },
      ]}
    />
  );
}

function Sizes({ topic, appendedRate }: { topic: Topic; appendedRate: number | null }) {
  const { partitions } = topic;
  const sum = (of: (one: PartitionRow) => number) =>
    partitions.reduce((all, one) => all + of(one), 0);
  return (
    <Stats>
      <Stat
        name="Records"
        value={<Short value={sum((one) => one.endOffset - one.startOffset)} />}
        title="From the start to the end of each partition's log"
      />
      <Stat name="Appended" value={<Rate value={appendedRate} />} />
      <Stat name="Size" value={<Bytes value={sum(({ bytes }) => bytes)} />} />
      <Stat name="Partitions" value={<Count value={partitions.length} />} />
      <Stat name="Kept for" value={keptText(topic)} title="By age; sizes may bound it too" />
      <Stat name="Segments" value={<Count value={sum(({ segments }) => segments)} />} />
    </Stats>
  );
}

function keptText({ config }: Topic): string {
  const retentionMs = config?.['retentionMs'];
  if (typeof retentionMs !== 'number') return '–';
  return retentionMs < 0 ? 'ever' : formatDuration(retentionMs);
}

const COLUMNS: readonly Column<Grown>[] = [
  {
    id: 'partition',
    title: 'Partition',
    width: 'minmax(80px, 1fr)',
    sort: ({ partition }) => partition,
    cell: ({ topic, partition }) => (
      <a href={linkTo('/messages', {}, { topic, partition })}>{partition}</a>
    ),
  },
  {
    id: 'start',
    title: 'Start',
    isNumber: true,
    sort: ({ startOffset }) => startOffset,
    cell: ({ startOffset }) => <Count value={startOffset} />,
  },
  {
    id: 'end',
    title: 'End',
    isNumber: true,
    sort: ({ endOffset }) => endOffset,
    cell: ({ endOffset }) => <Count value={endOffset} />,
  },
  {
    id: 'rate',
    title: 'Appended',
    isNumber: true,
    sort: ({ appendedRate }) => appendedRate,
    cell: ({ appendedRate }) => <Rate value={appendedRate} />,
  },
  {
    id: 'bytes',
    title: 'Size',
    isNumber: true,
    onPhone: false,
    sort: ({ bytes }) => bytes,
    cell: ({ bytes }) => <Bytes value={bytes} />,
  },
  {
    id: 'segments',
    title: 'Segments',
    isNumber: true,
    onPhone: false,
    sort: ({ segments }) => segments,
    cell: ({ segments }) => <Count value={segments} />,
  },
  {
    id: 'compacted',
    title: 'Compacted to',
    isNumber: true,
    onPhone: false,
    sort: ({ compactedTo }) => compactedTo,
    cell: ({ compactedTo }) => <Count value={compactedTo === 0 ? null : compactedTo} />,
  },
];

function Settings({ topic }: { readonly topic: Topic }) {
  const { config, annotations, topicId, createdAtMs } = topic;
  const notes = useMemo(() => Object.entries(annotations), [annotations]);
  return (
    <div class="grid grid-2">
      <Panel title="Settings in force">
        <Facts
          rows={Object.entries(config ?? {}).map(([name, value]) => [
            name,
            settingText(name, value),
          ])}
        />
      </Panel>
      <Panel title="About it">
        <Facts
          rows={[
            ['Topic id', topicId],
            ['Created', <Time atMs={createdAtMs} key="created" />],
            ...notes,
          ]}
        />
      </Panel>
    </div>
  );
}
