// When messages of a queue that nobody has leased become ready: in a while, or at a time. The gateway is told a delay from now, by its
// own clock.
import { call } from '../../api/call.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { fieldProblem } from '../../components/field-problem.ts';
import { Select, TextField } from '../../components/fields.tsx';
import { Form, useForm } from '../../components/form.tsx';
import { toast } from '../../components/toast.tsx';
import { formatFromNow, formatMany, formatTime } from '../../format/formats.ts';
import { nowMs } from '../../live/now.ts';
import { changedText } from './change-message.ts';

const UNITS = [
  ['1000', 'seconds'],
  ['60000', 'minutes'],
  ['3600000', 'hours'],
  ['86400000', 'days'],
] as const;

const WAYS = [
  ['in', 'In a while'],
  ['at', 'At a time'],
] as const;

interface RescheduleDialogProps {
  readonly queue: string;
  readonly ids: readonly string[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function RescheduleDialog({ queue, ids, onClose, onDone }: RescheduleDialogProps) {
  const form = useForm({ way: 'in', amount: '10', unit: '60000', at: '' }, async (values) => {
    const delayMs = delayOf(values, Date.now());
    const body = { ids, delayMs };
    const done = await call('POST /queues/{queue}/messages/reschedule', { path: { queue }, body });
    toast(changedText(done, `ready ${formatFromNow(delayMs, 0)}`));
    if (done.failed < done.results.length) onDone();
  });
  const { values } = form;
  const many = formatMany(ids.length, 'message');
  const foot = (
    <>
      <Button onPress={onClose}>Cancel</Button>
      <Button kind="primary" isDisabled={form.isBusy} onPress={() => form.submit()}>
        Reschedule {many}
      </Button>
    </>
  );
  return (
    <Dialog title={`Reschedule ${many} of ${queue}`} onClose={onClose} foot={foot}>
      <Form form={form}>
        <Select label="Ready" options={WAYS} {...form.field('way')} />
        {values.way === 'in' ? (
          <div class="form-row">
            <TextField type="number" label="In" autoFocus {...form.field('amount')} />
            <Select label="Unit" options={UNITS} {...form.field('unit')} />
          </div>
        ) : (
          <TextField type="datetime-local" label="At (your time)" {...form.field('at')} />
        )}
        <p class="muted" role="status">
          {meansText(values, nowMs.value)} Deliveries stay counted; one that is ready already waits
          anew.
        </p>
      </Form>
    </Dialog>
  );
}

type Values = Readonly<Record<'way' | 'amount' | 'unit' | 'at', string>>;

/** Throws a problem of the field that is wrong. */
function delayOf({ way, amount, unit, at }: Values, now: number): number {
  if (way === 'in') {
    const size = amount.trim() === '' ? Number.NaN : Number(amount);
    if (!Number.isFinite(size) || size < 0) throw fieldProblem('amount', 'This is no time.');
    return Math.round(size * Number(unit));
  }
  const atMs = new Date(at).getTime();
  if (Number.isNaN(atMs)) throw fieldProblem('at', 'This is no time.');
  if (atMs < now) throw fieldProblem('at', 'This is past.');
  return atMs - now;
}

function meansText(values: Values, now: number): string {
  try {
    const delayMs = delayOf(values, now);
    return `Ready ${formatFromNow(delayMs, 0)}, at ${formatTime(now + delayMs)}.`;
  } catch {
    return '';
  }
}
