// All topics: how large they are, and how fast they grow.
import { useState } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import type { Column } from '../../components/columns.ts';
import { NamedList } from '../../components/named-list.tsx';
import { ProblemNote } from '../../components/note.tsx';
import { Empty, Loading, Page } from '../../components/page.tsx';
import { Bytes, Count, Rate } from '../../components/values.tsx';
import { linkTo } from '../../shell/router.ts';
import { CreateTopic } from './create-topic.tsx';
import { type ListedTopic, useTopics } from './load-topics.ts';

const linkOf = (topic: string) => linkTo('/topics/{topic}', { topic });

const COLUMNS: readonly [Column<ListedTopic>, ...Column<ListedTopic>[]] = [
  {
    id: 'name',
    title: 'Topic',
    width: 'minmax(150px, 3fr)',
    sort: ({ name }) => name,
    cell: ({ name }) => <a href={linkOf(name)}>{name}</a>,
  },
  {
    id: 'partitions',
    title: 'Partitions',
    isNumber: true,
    onPhone: false,
    sort: ({ partitions }) => partitions,
    cell: ({ partitions }) => <Count value={partitions} />,
  },
  {
    id: 'records',
    title: 'Records',
    isNumber: true,
    sort: ({ size }) => size?.records ?? null,
    cell: ({ size }) => <Count value={size?.records} />,
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
    sort: ({ size }) => size?.bytes ?? null,
    cell: ({ size }) => <Bytes value={size?.bytes} />,
  },
  {
    id: 'segments',
    title: 'Segments',
    isNumber: true,
    onPhone: false,
    sort: ({ size }) => size?.segments ?? null,
    cell: ({ size }) => <Count value={size?.segments} />,
  },
];

const nameOf = ({ name }: ListedTopic) => name;

export function View() {
  const { data, problem, reload } = useTopics();
  const [isCreating, setCreating] = useState(false);
  const create = (
    <Button kind="primary" icon="plus" onPress={() => setCreating(true)}>
      Create topic
    </Button>
  );
  return (
    <Page title="Topics" about="Logs of records, split into partitions." actions={create}>
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={reload} />}
      {data === undefined && problem === undefined ? <Loading /> : null}
      {data === undefined ? null : (
        <NamedList
          label="Topics"
          one="topic"
          all={data}
          columns={COLUMNS}
          nameOf={nameOf}
          linkOf={linkOf}
          none={<NoTopics create={create} />}
        />
      )}
      {isCreating ? <CreateTopic onClose={() => setCreating(false)} /> : null}
    </Page>
  );
}

function NoTopics({ create }: { readonly create: preact.ComponentChildren }) {
  return (
    <Empty
      title="No topics yet"
      action={create}
      command={`curl ${location.origin}/topics -H 'content-type: application/json' -d '{"name": "user-events", "partitions": 4}'`}
    >
      A topic keeps records in the order in which they were appended. Create one here, or with a
      request:
    </Empty>
  );
}
