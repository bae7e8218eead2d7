// The form that makes a topic.
import { call } from '../../api/call.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { fieldProblem } from '../../components/field-problem.ts';
import { Select, TextField } from '../../components/fields.tsx';
import { Form, MoreFields, useForm } from '../../components/form.tsx';
import { optionOf } from '../../components/option-of.ts';
import { toast } from '../../components/toast.tsx';
import { goTo, linkTo } from '../../shell/router.ts';

const HOUR_MS = 3_600_000;

const CLEANUP = [
  ['delete', 'Delete old records'],
  ['compact', 'Keep the last record of each key'],
  ['compact-delete', 'Both'],
] as const;

const DEDUP = [
  ['none', 'Take all'],
  ['id', 'Drop repeated dedup ids'],
  ['content', 'Drop repeated content'],
] as const;

export function CreateTopic({ onClose }: { readonly onClose: () => void }) {
  const form = useForm(
    { name: '', partitions: '1', retentionHours: '', cleanupPolicy: 'delete', dedup: 'none' },
    async ({ name, partitions, retentionHours, cleanupPolicy, dedup }) => {
      if (name.trim() === '') throw fieldProblem('name', 'A topic needs a name.');
      const config = {
        ...(retentionHours === '' ? {} : { retentionMs: retentionOf(retentionHours) }),
        ...(cleanupPolicy === 'delete' ? {} : { cleanupPolicy: optionOf(CLEANUP, cleanupPolicy) }),
        ...(dedup === 'none' ? {} : { dedup: optionOf(DEDUP, dedup) }),
      };
      const body = { name: name.trim(), partitions: wholeOf('partitions', partitions), config };
      await call('POST /topics', { body });
      toast({ tone: 'good', text: `Topic ${body.name} is there.` });
      onClose();
      goTo(linkTo('/topics/{topic}', { topic: body.name }));
    },
  );
  const foot = (
    <>
      <Button onPress={onClose}>Cancel</Button>
      <Button kind="primary" isDisabled={form.isBusy} onPress={() => form.submit()}>
        Create topic
      </Button>
    </>
  );
  return (
    <Dialog title="Create topic" onClose={onClose} foot={foot}>
      <Form form={form}>
        <TextField
          label="Name"
          hint="Letters, digits, dots, dashes and underscores."
          placeholder="user-events"
          autoFocus
          {...form.field('name')}
        />
        <TextField
          type="number"
          label="Partitions"
          hint="What consumers share out; more can be added later, none can be taken away."
          {...form.field('partitions')}
        />
        <MoreFields title="Settings">
          <TextField
            type="number"
            label="Keep records for, hours"
            hint="Empty: as long as the broker does by itself. -1: for ever."
            {...form.field('retentionHours')}
          />
          <Select label="Clean-up" options={CLEANUP} {...form.field('cleanupPolicy')} />
          <Select label="Duplicates" options={DEDUP} {...form.field('dedup')} />
        </MoreFields>
      </Form>
    </Dialog>
  );
}

function retentionOf(hours: string): number {
  const value = Number(hours);
  if (!Number.isFinite(value)) throw fieldProblem('retentionHours', 'This is no number.');
  return value < 0 ? -1 : Math.round(value * HOUR_MS);
}

/** Throws a problem of the field. */
export function wholeOf(field: string, text: string): number {
  if (!/^\d+$/.test(text)) throw fieldProblem(field, 'This is no whole number.');
  return Number(text);
}
