// One dead letter: what it holds, where and why it died, and what may be done about it.
import type { ComponentChildren } from 'preact';
import { call } from '../../api/call.ts';
import type { Letter, Message } from '../../api/work-shapes.ts';
import { StateBadge } from '../../components/badge.tsx';
import { confirmAct } from '../../components/confirm.tsx';
import { Identity } from '../../components/copy.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { PayloadView } from '../../components/json-view.tsx';
import { Facts } from '../../components/page.tsx';
import { toast } from '../../components/toast.tsx';
import { Time } from '../../components/values.tsx';
import { ActButton } from '../../shell/rights.tsx';
import { redriveNeeds } from './letter-groups.ts';

interface LetterPanelProps {
  readonly queue: string | null;
  readonly letter: Letter;
  readonly onClose: () => void;
  readonly onRedrive: () => void;
  readonly onEdit: () => void;
  /** It is no letter any more. */
  readonly onGone: () => void;
}

export function LetterPanel({
  queue,
  letter,
  onClose,
  onRedrive,
  onEdit,
  onGone,
}: LetterPanelProps) {
  const { message, error } = letter;
  const isLeased = letter.state === 'leased';
  const needs = redriveNeeds({ topic: message.topic, queue });
  const foot = (
    <>
      <ActButton
        needs={queue === null ? [] : [['alter', 'group', queue]]}
        kind="danger"
        icon="trash"
        isDisabled={queue === null || isLeased}
        title={whyNot(queue, isLeased)}
        onPress={() => void discard(queue ?? '', letter).then((isDone) => isDone && onGone())}
      >
        Discard
      </ActButton>
      <ActButton
        needs={needs}
        icon="edit"
        isDisabled={isLeased}
        title={isLeased ? LEASED : undefined}
        onPress={onEdit}
      >
        Edit and replace
      </ActButton>
      <ActButton
        needs={needs}
        kind="primary"
        icon="reload"
        isDisabled={isLeased}
        title={isLeased ? LEASED : undefined}
        onPress={onRedrive}
      >
        Redrive
      </ActButton>
    </>
  );
  return (
    <Dialog title="Dead letter" isSide onClose={onClose} foot={foot}>
      <Facts rows={factsOf(letter)} />
      {error === null ? null : (
        <>
          <h3>Last error</h3>
          <p class="letters-error">{error}</p>
        </>
      )}
      <h3>Value</h3>
      <PayloadView of={message} height="300px" />
      <Headers message={message} />
    </Dialog>
  );
}

const LEASED = 'A worker has it: wait until its lease ends';

function whyNot(queue: string | null, isLeased: boolean): string | undefined {
  if (queue === null) return 'There is no queue yet in which it could be resolved';
  return isLeased ? LEASED : undefined;
}

function factsOf(letter: Letter): readonly (readonly [string, ComponentChildren])[] {
  const { message, reason, queue, topic, sourceId, deliveries } = letter;
  return [
    ['Letter', <Identity id={letter.id} what="id of the letter" />],
    ['State', <StateBadge state={letter.state} />],
    ['Reason', reason ?? 'it does not say'],
    ['Died in queue', queue ?? undefined],
    ['Came from topic', topic ?? undefined],
    ['Was message', sourceId === null ? undefined : <Identity id={sourceId} what="message id" />],
    ['Deliveries', deliveries ?? undefined],
    [
      'Failed first',
      letter.firstFailedAtMs === null ? undefined : <Time atMs={letter.firstFailedAtMs} />,
    ],
    ['Died', letter.diedAtMs === null ? undefined : <Time atMs={letter.diedAtMs} />],
    ['Sent', <Time atMs={message.timestampMs} />],
    ['Key', message.key ?? undefined],
    ['Stands at', `${message.topic}, partition ${letter.partition}, offset ${letter.offset}`],
  ];
}

function Headers({ message }: { readonly message: Message }) {
  const own = Object.entries(message.headers ?? {}).filter(
    ([name]) => !name.startsWith('millrace-dlq-'),
  );
  const bytes = Object.entries(message.headersBase64 ?? {});
  if (own.length + bytes.length === 0) return <p class="muted">No headers of its own.</p>;
  return (
    <>
      <h3>Headers</h3>
      <Facts
        rows={[
          ...own.map(([name, value]) => [name, [value].flat().join(', ')] as const),
          ...bytes.map(([name, value]) => [name, `${value} (base64)`] as const),
        ]}
      />
    </>
  );
}

function discard(queue: string, { id }: Letter): Promise<boolean> {
  return confirmAct({
    title: 'Discard the letter',
    isDanger: true,
    consequence: {
      says: (
        <p>
          <strong>1 letter</strong> is given up for good: nobody gets it any more. The record stays
          in the log until retention takes it. It cannot be undone.
        </p>
      ),
      act: 'Discard 1 letter',
    },
    run: async () => {
      await call('POST /queues/{queue}/messages/{id}/cancel', { path: { queue, id } });
      toast({ tone: 'good', text: 'Discarded 1 letter' });
    },
  });
}
