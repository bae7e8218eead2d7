// One message at the side of the page: itself, and what it is in each queue that takes from its topic.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import { Button } from '../../components/button.tsx';
import { Identity } from '../../components/copy.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { PayloadView, TextView } from '../../components/json-view.tsx';
import { Note, ProblemNote } from '../../components/note.tsx';
import { Facts, Loading } from '../../components/page.tsx';
import { Bytes, NONE, Time } from '../../components/values.tsx';
import { formatMany } from '../../format/formats.ts';
import { linkTo } from '../../shell/router.ts';
import { originOf } from './dead-letter.ts';
import { InQueues } from './in-queues.tsx';
import { positionOf } from './message-id.ts';
import type { Message } from './message-shapes.ts';
import './messages.css';
import { bytesOf, type Form, formsOf, hexLines, kindOfBytes, textOf } from './payload-forms.ts';

interface MessageDialogProps {
  readonly topic: string;
  readonly id: string;
  /** Shown first among the queues of the topic. */
  readonly queue?: string | null | undefined;
  readonly onClose: () => void;
  readonly onChanged?: (() => void) | undefined;
}

export function MessageDialog({ topic, id, queue, onClose, onChanged }: MessageDialogProps) {
  const position = positionOf(id);
  const { data, problem, reload } = useLoad(
    async (signal) => {
      const { partition = 0, offset = 0 } = position ?? {};
      const query = { partition, offset, max: 1 };
      const page = await call('GET /topics/{topic}/records', { path: { topic }, query, signal });
      return { message: page.records.find((one) => one.id === id) ?? null };
    },
    [topic, id],
  );
  const place = position === undefined ? '' : `partition ${position.partition}, `;
  return (
    <Dialog
      isSide
      title={`Message at ${place}offset ${position?.offset ?? '?'}`}
      onClose={onClose}
      foot={<Button onPress={onClose}>Close</Button>}
    >
      <Facts
        rows={[
          ['Message id', <Identity id={id} what="message id" key="id" />],
          [
            'Topic',
            <a href={linkTo('/topics/{topic}', { topic })} key="topic">
              {topic}
            </a>,
          ],
        ]}
      />
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={reload} />}
      {data === undefined && problem === undefined ? <Loading /> : null}
      {data === undefined ? null : data.message === null ? (
        <Note>
          The log holds it no longer: retention, compaction or a deletion took it. What queues know
          of it stands below.
        </Note>
      ) : (
        <Content message={data.message} />
      )}
      <InQueues topic={topic} id={id} first={queue ?? null} onChanged={onChanged} />
    </Dialog>
  );
}

function Content({ message }: { readonly message: Message }) {
  return (
    <>
      <Facts
        rows={[
          ['Time', <Time atMs={message.timestampMs} key="time" />],
          ['Key', keyText(message)],
        ]}
      />
      <OriginNote message={message} />
      <PayloadForms message={message} />
      <Headers message={message} />
    </>
  );
}

function keyText({ key, keyBase64 }: Message) {
  if (key !== null) return <span class="mono">{key}</span>;
  return keyBase64 === undefined ? NONE : <span class="mono">{keyBase64} (base64)</span>;
}

/** A dead letter leads to the message that the producer sent. */
function OriginNote({ message }: { readonly message: Message }) {
  const origin = originOf(message);
  if (origin === undefined) return null;
  const { topic, id, partition, offset, queue, reason, error, deliveries } = origin;
  const query = { topic, partition, from: offset, first: 'oldest', open: id };
  return (
    <Note tone="warn">
      Died in {queue ?? topic}: {reason ?? 'no reason given'}
      {deliveries === null
        ? ''
        : ` after ${formatMany(Number(deliveries), 'delivery', 'deliveries')}`}
      .{error === null ? null : <code class="messages-error">{error}</code>}{' '}
      {id === null ? null : (
        <a href={linkTo('/messages', {}, query)}>See the message that was sent</a>
      )}
    </Note>
  );
}

const FORM_NAMES: Readonly<Record<Form, string>> = { json: 'JSON', text: 'Text', hex: 'Hex' };

function PayloadForms({ message }: { readonly message: Message }) {
  const forms = formsOf(message);
  const [wanted, setWanted] = useState<Form>();
  const form = wanted !== undefined && forms.includes(wanted) ? wanted : forms[0];
  return (
    <section class="messages-part">
      <header>
        <h3>Payload</h3>
        <span class="actions" role="group" aria-label="Form of the payload">
          {forms.map((one) => (
            <button
              key={one}
              type="button"
              class="messages-form"
              aria-pressed={one === form}
              onClick={() => setWanted(one)}
            >
              {FORM_NAMES[one]}
            </button>
          ))}
        </span>
      </header>
      {form === 'hex' ? <Hex message={message} /> : null}
      {form === 'text' ? <TextView text={textOf(message)} /> : null}
      {form === 'json' || form === undefined ? <PayloadView of={message} /> : null}
    </section>
  );
}

function Hex({ message }: { readonly message: Message }) {
  const bytes = bytesOf(message);
  const kind = kindOfBytes(bytes);
  return (
    <>
      <p class="muted">
        <Bytes value={bytes.length} />
        {kind === undefined ? '' : `, begins like ${kind}`}
      </p>
      <div class="messages-hex">
        <TextView text={hexLines(bytes).join('\n')} />
      </div>
    </>
  );
}

function Headers({ message: { headers = {}, headersBase64 = {} } }: { readonly message: Message }) {
  const rows = [
    ...Object.entries(headers).flatMap(([name, values]) => {
      return [values].flat().map((value) => [name, value] as const);
    }),
    ...Object.entries(headersBase64).map(([name, value]) => [name, `${value} (base64)`] as const),
  ];
  return (
    <section class="messages-part">
      <header>
        <h3>Headers</h3>
      </header>
      {rows.length === 0 ? (
        <p class="muted">None.</p>
      ) : (
        <Facts
          rows={rows.map(([name, value]) => [
            name,
            <span class="mono" key={name}>
              {value}
            </span>,
          ])}
        />
      )}
    </section>
  );
}
