// A corrected copy of a dead letter: an editor that says what is wrong and what changes. The copy is appended and the old
// letter resolved in one commit.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { Problem } from '../../api/problem.ts';
import type { Letter, Message } from '../../api/work-shapes.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TextArea, TextField } from '../../components/fields.tsx';
import { Note, ProblemNote } from '../../components/note.tsx';
import { useShownProblem } from '../../components/shown-problem.ts';
import { toast } from '../../components/toast.tsx';
import { headersFault, headersOf, headersText } from './letter-headers.ts';
import { type DiffLine, diffLines, hasLargeNumbers, jsonFault } from './text-diff.ts';

interface EditDialogProps {
  /** In which the letters are resolved; null: there is none yet, and it is made with the first. */
  readonly queue: string | null;
  readonly letterTopic: string;
  readonly letter: Letter;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function EditDialog({ queue, letterTopic, letter, onClose, onDone }: EditDialogProps) {
  const draft = useDraft(letter);
  const { before, text, fault, topic, key, names } = draft;
  const [problem, setProblem] = useShownProblem();
  const [isBusy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await ensureQueue(queue, letterTopic);
      const copy = await call('POST /queues/{queue}/messages/{id}/replace', {
        path: { queue: queue ?? letterTopic, id: letter.id },
        body: draft.body(),
      });
      toast({
        tone: 'good',
        text: `A corrected copy is in ${copy.topic}; the letter is resolved.`,
      });
      onDone();
    } catch (error) {
      setProblem(error as Problem);
      setBusy(false);
    }
  };
  const foot = (
    <Foot isReady={draft.isReady && !isBusy} onClose={onClose} onSend={() => void send()} />
  );
  return (
    <Dialog title="Edit and replace" onClose={onClose} foot={foot} width="720px">
      <div class="form">
        <Notes isLarge={draft.isLarge} isText={before !== undefined} />
        {before === undefined ? null : (
          <TextArea
            label={draft.isJson ? 'Payload (JSON)' : 'Payload (text)'}
            rows={10}
            value={text}
            onInput={draft.setText}
            fault={fault}
          />
        )}
        <div class="form-row">
          <TextField
            label="To topic"
            value={topic}
            onInput={draft.setTopic}
            placeholder={letter.topic ?? letterTopic}
          />
          <TextField label="Key" value={key} onInput={draft.setKey} />
        </div>
        <TextArea
          label="Headers (JSON)"
          rows={Math.min(8, names.split('\n').length)}
          value={names}
          onInput={draft.setNames}
          fault={draft.namesFault}
          hint="Those that say where and why it died go by themselves."
        />
        {before === undefined || fault !== undefined ? null : <Diff before={before} after={text} />}
        {problem === undefined ? null : <ProblemNote problem={problem} />}
      </div>
    </Dialog>
  );
}

/** What is in the fields, what is wrong with it, and what is asked for: what nobody has touched stays as it is, to the byte. */
function useDraft({ message, topic: cameFrom }: Letter) {
  const before = textOf(message);
  const [text, setText] = useState(before ?? '');
  const [key, setKey] = useState(message.key ?? '');
  const [topic, setTopic] = useState(cameFrom ?? '');
  const [names, setNames] = useState(headersText(message));
  const isJson = message.payload !== undefined;
  const isLarge = isJson && hasLargeNumbers(message.payload);
  const fault = isJson ? jsonFault(text) : undefined;
  const namesFault = headersFault(names);
  const isOther = {
    text: text !== (before ?? ''),
    key: key !== (message.key ?? ''),
    topic: topic.trim() !== (cameFrom ?? ''),
    names: names !== headersText(message),
  };
  const isValid = fault === undefined && namesFault === undefined && !(isLarge && isOther.text);
  return {
    before,
    text,
    setText,
    key,
    setKey,
    topic,
    setTopic,
    names,
    setNames,
    isJson,
    isLarge,
    fault,
    namesFault,
    isReady: isValid && Object.values(isOther).includes(true),
    body: () => ({
      ...(isOther.text ? { payloadText: text } : {}),
      ...(topic.trim() === '' ? {} : { topic: topic.trim() }),
      ...(isOther.key ? { key } : {}),
      ...(isOther.names ? headersOf(names, message) : {}),
    }),
  };
}

interface FootProps {
  readonly isReady: boolean;
  readonly onClose: () => void;
  readonly onSend: () => void;
}

function Foot({ isReady, onClose, onSend }: FootProps) {
  return (
    <>
      <Button autoFocus onPress={onClose}>
        Cancel
      </Button>
      <Button kind="primary" isDisabled={!isReady} onPress={onSend}>
        Replace 1 letter
      </Button>
    </>
  );
}

function Notes({ isLarge, isText }: { readonly isLarge: boolean; readonly isText: boolean }) {
  return (
    <>
      <Note tone="info">
        A copy with this payload is appended to the topic, and this letter is resolved, in one
        commit. It cannot be undone.
      </Note>
      {isLarge ? (
        <Note tone="warn">
          The payload has numbers that a browser cannot hold exactly. Replace it with the client or
          over HTTP instead; headers, key and topic can be changed here.
        </Note>
      ) : null}
      {isText ? null : (
        <Note tone="warn">
          The payload is no text: it cannot be edited here, and stays as it is.
        </Note>
      )}
    </>
  );
}

const SIGNS = { same: ' ', gone: '−', new: '+' } as const;

function Diff({ before, after }: { readonly before: string; readonly after: string }) {
  if (before === after) return <p class="muted">Nothing of the payload changes yet.</p>;
  const lines = diffLines(before, after);
  return (
    <div role="group" aria-label="What changes">
      <span class="field-label">What changes</span>
      <pre class="letters-diff" tabIndex={0}>
        {lines.map((line, index) => (
          <Line key={index} line={line} />
        ))}
      </pre>
    </div>
  );
}

function Line({ line: { kind, text } }: { readonly line: DiffLine }) {
  const content = `${SIGNS[kind]} ${text}\n`;
  if (kind === 'gone') return <del>{content}</del>;
  return kind === 'new' ? <ins>{content}</ins> : <span>{content}</span>;
}

/** As it is edited; undefined: it is no text. */
function textOf({ payload, payloadText, payloadBase64 }: Message): string | undefined {
  if (payload !== undefined) return JSON.stringify(payload, null, 2);
  return payloadText ?? (payloadBase64 === undefined ? '' : undefined);
}

/** Letters are resolved in a queue: the first decision about one makes it, as a redrive does. */
export async function ensureQueue(queue: string | null, letterTopic: string): Promise<void> {
  if (queue !== null) return;
  try {
    await call('POST /queues', {
      body: { name: letterTopic, settings: { maxDeliveries: 0, onExhausted: 'drop' } },
    });
  } catch (error) {
    // Somebody else made it meanwhile, or an earlier try of this one.
    if (!(error instanceof Problem && error.code === 'GROUP_EXISTS')) throw error;
  }
}
