// One group. A consumer group: members, what each works on, how far it is in each partition, and where it is to go on. A
// share group: what it has of each partition, and the way to its queue.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import type { ConsumerGroup, ShareCounts, ShareGroup } from '../../api/work-shapes.ts';
import { Badge } from '../../components/badge.tsx';
import { LinkButton } from '../../components/button.tsx';
import type { Column } from '../../components/columns.ts';
import { confirmAct } from '../../components/confirm.tsx';
import { Note, ProblemNote } from '../../components/note.tsx';
import { Facts, Loading, Page, Panel, Stat, Stats } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { Count, FromNow, Short } from '../../components/values.tsx';
import { formatMany } from '../../format/formats.ts';
import { ActButton, type Need } from '../../shell/rights.tsx';
import { goTo, linkTo } from '../../shell/router.ts';
import type { ViewProps } from '../../shell/routes.ts';
import { LagTable, lagOf } from './lag-table.tsx';
import { MemberTable } from './member-table.tsx';
import { ResetDialog } from './reset-dialog.tsx';

export function View({ params }: ViewProps) {
  const group = params['group'] ?? '';
  const { data, problem, reload } = useLoad(
    (signal) => call('GET /groups/{group}', { path: { group }, signal }),
    [group],
    { everyMs: 1_000 },
  );
  if (data === undefined) {
    return problem === undefined ? <Loading /> : <ProblemNote problem={problem} onRetry={reload} />;
  }
  return (
    <>
      {data.kind === 'consumer' ? (
        <Consumers group={data} onChanged={reload} />
      ) : (
        <Shares group={data} />
      )}
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={reload} />}
    </>
  );
}

/** Rights on so many topics are asked about. */
const TOPICS_ASKED_MAX = 50;
const STATE_TONES = { empty: 'quiet', reconciling: 'warn', stable: 'good' } as const;

interface ConsumersProps {
  readonly group: ConsumerGroup;
  readonly onChanged: () => void;
}

function Consumers({ group, onChanged }: ConsumersProps) {
  const [isResetting, setResetting] = useState(false);
  const { members, offsets, state } = group;
  const why = `${formatMany(members.length, 'member')} would go on from where they are`;
  const hasMembers = members.length > 0;
  return (
    <Page
      title={group.group}
      badges={<Badge tone={STATE_TONES[state]}>{state}</Badge>}
      about="A consumer group: its members share partitions, and go on from one committed offset each."
      actions={
        <>
          <ActButton
            needs={[['delete', 'group', group.group]]}
            icon="trash"
            kind="danger"
            isDisabled={hasMembers}
            title={hasMembers ? 'Not while it has members: stop them first' : undefined}
            onPress={() => void remove(group)}
          >
            Delete
          </ActButton>
          <ActButton
            needs={resetNeeds(group)}
            icon="undo"
            isDisabled={hasMembers}
            title={hasMembers ? `Not while it has members: ${why}` : undefined}
            onPress={() => setResetting(true)}
          >
            Reset offsets
          </ActButton>
        </>
      }
    >
      {hasMembers ? (
        <Note tone="info">
          Offsets can be reset once the group has no members: until then {why}, and would commit
          that again. Stop its {formatMany(members.length, 'member')} first.
        </Note>
      ) : null}
      <Stats>
        <Stat name="Lag" value={<Short value={lagOf(offsets)} />} />
        <Stat name="Members" value={<Count value={members.length} />} />
        <Stat name="Partitions" value={<Count value={offsets.length} />} />
        <Stat name="Epoch" value={<Count value={group.epoch} />} />
        <Stat name="Assignor" value={group.assignor ?? '–'} />
      </Stats>
      <Panel title="Lag" about="records after the committed offset" isFlush>
        <LagTable offsets={offsets} />
      </Panel>
      <Panel title="Members" isFlush>
        <MemberTable group={group} />
      </Panel>
      {isResetting ? (
        <ResetDialog
          group={group}
          onClose={() => setResetting(false)}
          onTried={onChanged}
          onDone={() => {
            setResetting(false);
            onChanged();
          }}
        />
      ) : null}
    </Page>
  );
}

/** It commits in place of members. */
function resetNeeds({ group, offsets }: ConsumerGroup): readonly Need[] {
  const topics = [...new Set(offsets.map(({ topic }) => topic))].slice(0, TOPICS_ASKED_MAX);
  return [['read', 'group', group], ...topics.map((topic): Need => ['read', 'topic', topic])];
}

async function remove({ group, offsets }: ConsumerGroup): Promise<void> {
  const isDone = await confirmAct({
    title: `Delete ${group}`,
    isDanger: true,
    typeName: group,
    consequence: {
      says: (
        <p>
          The group and its <strong>{formatMany(offsets.length, 'committed offset')}</strong> are
          deleted. Who joins under this name later begins anew. It cannot be undone.
        </p>
      ),
      act: `Delete ${group}`,
    },
    run: () => call('DELETE /groups/{group}', { path: { group } }),
  });
  if (isDone) goTo(linkTo('/groups'));
}

const SHARE_COLUMNS: readonly Column<ShareCounts>[] = [
  {
    id: 'place',
    title: 'Partition',
    width: 'minmax(140px, 2fr)',
    sort: ({ topic, partition }) => `${topic}/${partition}`,
    cell: ({ topic, partition }) => `${topic} / ${partition}`,
  },
  count('fresh', 'Fresh'),
  count('ready', 'Ready'),
  count('leased', 'Leased'),
  count('scheduled', 'Scheduled', false),
  count('parked', 'Parked', false),
  count('blocked', 'Blocked', false),
  count('dead', 'Dead', false),
  {
    id: 'oldest',
    title: 'Oldest',
    isNumber: true,
    onPhone: false,
    sort: ({ oldestUnresolvedMs }) => oldestUnresolvedMs,
    cell: ({ oldestUnresolvedMs }) => <FromNow atMs={oldestUnresolvedMs} />,
  },
];

type CountName = 'fresh' | 'ready' | 'leased' | 'scheduled' | 'parked' | 'blocked' | 'dead';

function count(name: CountName, title: string, onPhone = true): Column<ShareCounts> {
  return {
    id: name,
    title,
    isNumber: true,
    onPhone,
    sort: (row) => row[name],
    cell: (row) => <Count value={row[name]} />,
  };
}

function Shares({ group }: { readonly group: ShareGroup }) {
  const { counters, topics } = group;
  const open = counters.reduce((sum, of) => {
    return sum + of.fresh + of.ready + of.leased + of.scheduled + of.parked + of.blocked;
  }, 0);
  const sum = (name: CountName) => counters.reduce((all, of) => all + of[name], 0);
  return (
    <Page
      title={group.group}
      badges={<Badge tone="accent">share</Badge>}
      about="A share group: its members share messages, one by one. It goes on from the state of each, so there is no offset to reset."
      actions={
        <LinkButton icon="queues" to={linkTo('/queues/{queue}', { queue: group.group })}>
          The queue
        </LinkButton>
      }
    >
      <Stats>
        <Stat name="Unresolved" value={<Short value={open} />} />
        <Stat name="Leased" value={<Short value={sum('leased')} />} />
        <Stat name="Scheduled" value={<Short value={sum('scheduled')} />} />
        <Stat name="Dead" value={<Short value={sum('dead')} />} />
      </Stats>
      <Panel title="Partitions" isFlush>
        <Table
          label="Partitions"
          rows={counters}
          columns={SHARE_COLUMNS}
          keyOf={({ topic, partition }) => `${topic}/${partition}`}
        />
      </Panel>
      <Panel title="Topics">
        <Facts
          rows={topics.map(({ topic, deadLetterTopic }) => [
            topic,
            deadLetterTopic === null ? (
              'drops what it gives up'
            ) : (
              <a href={linkTo('/dead-letters/{queue}', { queue: deadLetterTopic })}>
                dead letters to {deadLetterTopic}
              </a>
            ),
          ])}
        />
      </Panel>
    </Page>
  );
}
