// What the message browser is asked for. It is asked once the form is sent, not with every letter.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import { Button } from '../../components/button.tsx';
import { fieldProblem } from '../../components/field-problem.ts';
import { Select, TextField } from '../../components/fields.tsx';
import { Form, useForm } from '../../components/form.tsx';
import { Panel } from '../../components/page.tsx';
import { goTo, linkTo } from '../../shell/router.ts';
import { allTopics } from '../topics/load-topics.ts';
import { type Browse, NOTHING_ASKED, queryOf } from './browse-query.ts';
import { positionOf } from './message-id.ts';

const STATES = [
  'fresh',
  'ready',
  'scheduled',
  'leased',
  'parked',
  'blocked',
  'acknowledged',
  'dead',
].map((state) => [state, state] as const);

const FIRST = [
  ['newest', 'Newest first'],
  ['oldest', 'Oldest first'],
] as const;

interface Values extends Record<string, string> {
  topic: string;
  partition: string;
  first: string;
  from: string;
  at: string;
  key: string;
  header: string;
  text: string;
  field: string;
  queue: string;
  state: string;
}

function valuesOf(browse: Browse): Values {
  const { topic, partition, first, from, atMs, key, header, text, field, queue, state } = browse;
  return {
    topic,
    partition: partition === null ? '' : String(partition),
    first,
    from: from === null ? '' : String(from),
    at: atMs === null ? '' : localTimeOf(atMs),
    key,
    header,
    text,
    field,
    queue: queue ?? '',
    state: state ?? '',
  };
}

/** As an input of a local time takes it. */
function localTimeOf(atMs: number): string {
  const local = new Date(atMs - new Date(atMs).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

function browseFrom(values: Values, partitions: number): Browse {
  const { topic, key, header, text, field, queue } = values;
  const wholeOf = (name: 'partition' | 'from', most: number): number | null => {
    if (values[name] === '') return null;
    const value = Number(values[name]);
    if (Number.isSafeInteger(value) && value >= 0 && value <= most) return value;
    throw fieldProblem(name, `Give a number from 0 to ${most}.`);
  };
  const atMs = values.at === '' ? null : new Date(values.at).getTime();
  if (atMs !== null && Number.isNaN(atMs)) throw fieldProblem('at', 'This is no time.');
  const partition = wholeOf('partition', Math.max(0, partitions - 1));
  const from = wholeOf('from', Number.MAX_SAFE_INTEGER);
  if (from !== null && partition === null && partitions > 1) {
    throw fieldProblem('from', 'An offset is of one partition: choose it.');
  }
  return {
    ...NOTHING_ASKED,
    topic: topic.trim(),
    partition,
    // From a time on, and not the newest after it.
    first: values.first === 'oldest' || atMs !== null ? 'oldest' : 'newest',
    from,
    atMs,
    key,
    header,
    text,
    field,
    queue: queue === '' ? null : queue,
    state: queue === '' || values.state === '' ? null : values.state,
  };
}

const linkOf = (browse: Browse) => linkTo('/messages', {}, queryOf(browse));

export function BrowseForm({ browse }: { readonly browse: Browse }) {
  const { topic } = browse;
  const topics = useLoad((signal) => allTopics(signal), []);
  const known = useLoad((signal) => knownOf(topic, signal), [topic], { isOn: topic !== '' });
  const partitions = known.data?.partitions ?? 0;
  const form = useForm(valuesOf(browse), async (values) => {
    goTo(linkOf(browseFrom(values, values.topic === topic ? partitions : 0)));
  });
  const queues = (known.data?.queues ?? []).map((queue) => [queue, queue] as const);
  const numbers = Array.from({ length: Math.min(partitions, 1_024) }, (_, at) => String(at));
  return (
    <Panel>
      <Form form={form}>
        <div class="messages-filters">
          <TextField
            label="Topic"
            options={topics.data?.map(({ name }) => name) ?? []}
            {...form.field('topic')}
          />
          <Select
            label="Partition"
            options={[['', 'All'], ...numbers.map((number) => [number, number] as const)]}
            {...form.field('partition')}
          />
          <Select label="Order" options={FIRST} {...form.field('first')} />
          <TextField type="number" label="From offset" {...form.field('from')} />
          <TextField type="datetime-local" label="From time" {...form.field('at')} />
          <TextField label="Key is" {...form.field('key')} />
          <TextField label="Header" placeholder="name: value" {...form.field('header')} />
          <TextField label="Payload has" {...form.field('text')} />
          <TextField label="JSON field" placeholder="order.id: 7" {...form.field('field')} />
          <Select
            label="As seen by queue"
            options={[['', 'None: the log'], ...queues]}
            {...form.field('queue')}
          />
          <Select
            label="State in the queue"
            options={[['', 'Any'], ...STATES]}
            isDisabled={form.values.queue === ''}
            {...form.field('state')}
          />
          <Button type="submit" kind="primary" icon="search">
            Show
          </Button>
        </div>
      </Form>
    </Panel>
  );
}

async function knownOf(topic: string, signal: AbortSignal) {
  const { partitions, groups } = await call('GET /topics/{topic}/groups', {
    path: { topic },
    signal,
  });
  const queues = groups.filter(({ kind }) => kind === 'share').map(({ group }) => group);
  return { partitions: partitions.length, queues };
}

/** Leads to a message by what its producer was told. */
export function FindById() {
  const [id, setId] = useState('');
  const [fault, setFault] = useState<string>();
  const find = async (event: Event) => {
    event.preventDefault();
    const position = positionOf(id);
    if (position === undefined) {
      setFault('This is no message id.');
      return;
    }
    const topics = await allTopics(new AbortController().signal);
    const topic = topics.find(({ topicId }) => topicId === position.topicId);
    if (topic === undefined) {
      setFault('Its topic is deleted, or never was here.');
      return;
    }
    setFault(undefined);
    const { partition, offset: from } = position;
    const place = { ...NOTHING_ASKED, topic: topic.name, partition, from };
    goTo(linkOf({ ...place, first: 'oldest', open: id.trim().toLowerCase() }));
  };
  return (
    <form class="toolbar messages-find" onSubmit={(event) => void find(event)}>
      <TextField
        label="Message id"
        placeholder="00000001-0000-8000-8000-000000000000"
        value={id}
        onInput={setId}
        fault={fault}
      />
      <Button type="submit" icon="search">
        Find
      </Button>
    </form>
  );
}
