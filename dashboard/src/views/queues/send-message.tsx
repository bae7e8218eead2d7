// The form that sends one message to a queue.
import { call } from '../../api/call.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { fieldProblem } from '../../components/field-problem.ts';
import { Select, TextArea, TextField } from '../../components/fields.tsx';
import { Form, MoreFields, useForm } from '../../components/form.tsx';
import { toast } from '../../components/toast.tsx';
import { formatCount } from '../../format/formats.ts';
import { goTo, linkTo } from '../../shell/router.ts';
import type { NewMessage } from './queue-shapes.ts';

const KINDS = [
  ['json', 'JSON'],
  ['text', 'Text'],
  ['base64', 'Bytes, as base64'],
] as const;

const EMPTY = { payload: '{}', kind: 'json', key: '', headers: '', delay: '' };

/** Throws a problem of the field that is wrong. */
export function newMessageOf({ payload, kind, key, headers, delay }: typeof EMPTY): NewMessage {
  const delayS = delay === '' ? 0 : Number(delay);
  if (!Number.isFinite(delayS) || delayS < 0) throw fieldProblem('delay', 'This is no delay.');
  const named = headersOf(headers);
  return {
    ...contentOf(kind, payload),
    ...(key === '' ? {} : { key }),
    ...(Object.keys(named).length === 0 ? {} : { headers: named }),
    ...(delayS === 0 ? {} : { delayMs: Math.round(delayS * 1_000) }),
  };
}

function contentOf(kind: string, payload: string): NewMessage {
  if (kind === 'text') return { payloadText: payload };
  if (kind === 'base64') return { payloadBase64: payload.replaceAll(/\s/g, '') };
  try {
    return { payload: JSON.parse(payload) as unknown };
  } catch (error) {
    throw fieldProblem('payload', `This is no JSON: ${(error as Error).message}`);
  }
}

/** A line each: `name: value`. */
function headersOf(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const at = line.indexOf(':');
    if (at < 1) throw fieldProblem('headers', `“${line.trim()}” is no header: write name: value.`);
    headers[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return headers;
}

interface SendMessageProps {
  readonly queue: string;
  readonly topic: string;
  readonly onClose: () => void;
}

export function SendMessage({ queue, topic, onClose }: SendMessageProps) {
  const form = useForm(EMPTY, async (values) => {
    const sent = await call('POST /queues/{queue}/messages', {
      path: { queue },
      query: { topic },
      body: newMessageOf(values),
    });
    const { id, partition, offset } = sent;
    const query = { topic, queue, partition, from: offset, open: id };
    toast({
      tone: 'good',
      text: `Sent: partition ${partition}, offset ${formatCount(offset)}.`,
      action: { label: 'Show it', run: () => goTo(linkTo('/messages', {}, query)) },
    });
    onClose();
  });
  const foot = (
    <>
      <Button onPress={onClose}>Cancel</Button>
      <Button kind="primary" icon="send" isDisabled={form.isBusy} onPress={() => form.submit()}>
        Send message
      </Button>
    </>
  );
  return (
    <Dialog title={`Send a message to ${queue}`} onClose={onClose} foot={foot}>
      <Form form={form}>
        <TextArea label="Payload" rows={8} {...form.field('payload')} />
        <div class="form-row">
          <Select label="It is" options={KINDS} {...form.field('kind')} />
          <TextField label="Key" {...form.field('key')} />
          <TextField
            type="number"
            label="Delay, seconds"
            placeholder="0"
            {...form.field('delay')}
          />
        </div>
        <MoreFields title="Headers">
          <TextArea
            label="Headers"
            rows={3}
            placeholder="trace: abc"
            hint="One a line, as name: value."
            {...form.field('headers')}
          />
        </MoreFields>
      </Form>
    </Dialog>
  );
}
