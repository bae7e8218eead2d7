// A queue: its counts as they change, what workers have, what waits, what is blocked, and its settings.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import { LinkButton } from '../../components/button.tsx';
import { Select } from '../../components/fields.tsx';
import { ProblemNote } from '../../components/note.tsx';
import { Facts, Loading, Page, Panel } from '../../components/page.tsx';
import { type Tab, Tabs } from '../../components/tabs.tsx';
import { Time } from '../../components/values.tsx';
import { formatShort } from '../../format/formats.ts';
import { ActButton } from '../../shell/rights.tsx';
import { linkTo, place, setQuery } from '../../shell/router.ts';
import type { ViewProps } from '../../shell/routes.ts';
import { MessageDialog } from '../messages/message-dialog.tsx';
import { PurgeUndo, purgeQueue } from '../purge/purge.tsx';
import { settingText } from '../settings-text.ts';
import { BlockedTab } from './blocked-tab.tsx';
import { deleteQueue } from './delete-queue.tsx';
import { LeasesTab } from './leases-tab.tsx';
import { MessagesTab } from './messages-tab.tsx';
import { OverviewTab } from './overview-tab.tsx';
import type { Queue } from './queue-shapes.ts';
import { ScheduledTab } from './scheduled-tab.tsx';
import { SendMessage } from './send-message.tsx';

const EVERY_MS = 1_000;

export function View({ params }: ViewProps) {
  const name = params['queue'] ?? '';
  const { data, problem, reload } = useLoad(
    (signal) => call('GET /queues/{queue}', { path: { queue: name }, signal }),
    [name],
    { everyMs: EVERY_MS },
  );
  const [isSending, setSending] = useState(false);
  const { query } = place.value;
  const open = query.get('open');
  if (data === undefined) {
    return (
      <Page title={name}>
        {problem === undefined ? <Loading /> : <ProblemNote problem={problem} onRetry={reload} />}
      </Page>
    );
  }
  const topic = topicOf(data, query.get('topic'));
  const actions = (
    <>
      <ActButton
        needs={[['write', 'topic', topic]]}
        kind="primary"
        icon="send"
        onPress={() => setSending(true)}
      >
        Send message
      </ActButton>
      <LinkButton to={linkTo('/messages', {}, { topic, queue: name })} icon="messages">
        Browse
      </LinkButton>
      <ActButton
        needs={[['alter', 'group', name]]}
        onPress={() => void purgeQueue(name, { onUndone: reload }).then(reload)}
      >
        Purge
      </ActButton>
      <ActButton
        needs={[['delete', 'group', name]]}
        icon="trash"
        onPress={() => void deleteQueue(name)}
      >
        Delete
      </ActButton>
    </>
  );
  return (
    <Page title={name} actions={actions}>
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={reload} />}
      <PurgeUndo queue={name} undo={data.undo} onDone={reload} />
      {data.topics.length < 2 ? null : <TopicChoice queue={data} topic={topic} />}
      <Tabs label="Queue" tabs={tabsOf(data, topic)} />
      {open === null ? null : (
        <MessageDialog
          key={open}
          topic={topic}
          id={open}
          queue={name}
          onClose={() => setQuery({ open: null })}
        />
      )}
      {isSending ? (
        <SendMessage queue={name} topic={topic} onClose={() => setSending(false)} />
      ) : null}
    </Page>
  );
}

function topicOf({ name, topics }: Queue, wanted: string | null): string {
  const found = topics.find(({ topic }) => topic === (wanted ?? name)) ?? topics[0];
  return found?.topic ?? name;
}

function TopicChoice({ queue, topic }: { readonly queue: Queue; readonly topic: string }) {
  return (
    <div class="toolbar">
      <Select
        label="Topic of the lists"
        value={topic}
        onInput={(value) => setQuery({ topic: value })}
        options={queue.topics.map((one) => [one.topic, one.topic] as const)}
      />
    </div>
  );
}

function tabsOf(queue: Queue, topic: string): readonly Tab[] {
  const { name, states } = queue;
  const { leased, scheduled, blocked } = states;
  return [
    { id: 'overview', title: 'Overview', show: () => <OverviewTab queue={queue} /> },
    {
      id: 'leases',
      title: 'In flight',
      count: formatShort(leased),
      show: () => <LeasesTab queue={name} topic={topic} />,
    },
    {
      id: 'scheduled',
      title: 'Delayed',
      count: formatShort(scheduled),
      show: () => <ScheduledTab queue={name} topic={topic} />,
    },
    {
      id: 'blocked',
      title: 'Blocked',
      count: formatShort(blocked),
      tone: blocked > 0 ? 'warn' : undefined,
      show: () => <BlockedTab queue={name} topic={topic} />,
    },
    {
      id: 'messages',
      title: 'Messages',
      show: () => <MessagesTab queue={name} topic={topic} />,
    },
    { id: 'settings', title: 'Settings', show: () => <Settings queue={queue} /> },
  ];
}

function Settings({ queue }: { readonly queue: Queue }) {
  return (
    <div class="grid grid-2">
      <Panel title="Settings in force">
        <Facts
          rows={Object.entries(queue.settings).map(([name, value]) => [
            name,
            settingText(name, value),
          ])}
        />
      </Panel>
      <Panel title="About it">
        <Facts
          rows={[
            ['Created', <Time atMs={queue.createdAtMs} key="created" />],
            ...queue.topics.flatMap(({ topic, deadLetterTopic }) => [
              [
                'Takes from',
                <a href={linkTo('/topics/{topic}', { topic })} key={topic}>
                  {topic}
                </a>,
              ] as const,
              ['Dead letters go to', deadLetterTopic ?? 'nowhere'] as const,
            ]),
          ]}
        />
      </Panel>
    </div>
  );
}
