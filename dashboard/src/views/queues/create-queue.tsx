// The form that makes a queue: a share group, and its topic where that is missing.
import { call } from '../../api/call.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { fieldProblem } from '../../components/field-problem.ts';
import { Select, TextField } from '../../components/fields.tsx';
import { Form, MoreFields, useForm } from '../../components/form.tsx';
import { optionOf } from '../../components/option-of.ts';
import { toast } from '../../components/toast.tsx';
import { goTo, linkTo } from '../../shell/router.ts';
import type { NewQueue } from './queue-shapes.ts';

const ORDERING = [
  ['none', 'None: any message may be next'],
  ['key', 'By key: one at a time of each key'],
  ['fifo', 'By key, as FIFO queues of Amazon SQS do'],
] as const;

const EXHAUSTED = [
  ['dlq', 'Goes to the dead-letter topic'],
  ['block', 'Stops, and its key with it, until somebody decides'],
  ['drop', 'Is dropped'],
] as const;

const EMPTY = {
  name: '',
  topic: '',
  partitions: '',
  visibilityTimeout: '',
  maxDeliveries: '',
  ordering: 'none',
  onExhausted: 'dlq',
  deadLetterTopic: '',
};

/** Throws a problem of the field that is wrong. */
export function newQueueOf(values: typeof EMPTY): NewQueue {
  const { topic, deadLetterTopic } = values;
  const ordering = optionOf(ORDERING, values.ordering);
  const onExhausted = optionOf(EXHAUSTED, values.onExhausted);
  const name = values.name.trim();
  if (name === '') throw fieldProblem('name', 'A queue needs a name.');
  const numberOf = (field: 'partitions' | 'visibilityTimeout' | 'maxDeliveries') => {
    if (values[field] === '') return undefined;
    const value = Number(values[field]);
    if (Number.isInteger(value) && value >= 0) return value;
    throw fieldProblem(field, 'This is no whole number.');
  };
  const partitions = numberOf('partitions');
  const seconds = numberOf('visibilityTimeout');
  const maxDeliveries = numberOf('maxDeliveries');
  return {
    name,
    ...(topic === '' ? {} : { topic }),
    ...(partitions === undefined ? {} : { partitions }),
    settings: {
      ...(seconds === undefined ? {} : { visibilityTimeoutMs: seconds * 1_000 }),
      ...(maxDeliveries === undefined ? {} : { maxDeliveries }),
      ...(ordering === 'none' ? {} : { ordering }),
      ...(onExhausted === 'dlq' ? {} : { onExhausted }),
      ...(deadLetterTopic === '' ? {} : { deadLetterTopic }),
    },
  };
}

export function CreateQueue({ onClose }: { readonly onClose: () => void }) {
  const form = useForm(EMPTY, async (values) => {
    const { name } = await call('POST /queues', { body: newQueueOf(values) });
    toast({ tone: 'good', text: `Queue ${name} is there.` });
    onClose();
    goTo(linkTo('/queues/{queue}', { queue: name }));
  });
  const foot = (
    <>
      <Button onPress={onClose}>Cancel</Button>
      <Button kind="primary" isDisabled={form.isBusy} onPress={() => form.submit()}>
        Create queue
      </Button>
    </>
  );
  return (
    <Dialog title="Create queue" onClose={onClose} foot={foot}>
      <Form form={form}>
        <TextField label="Name" placeholder="mails" autoFocus {...form.field('name')} />
        <div class="form-row">
          <TextField
            type="number"
            label="A lease lasts, seconds"
            placeholder="30"
            {...form.field('visibilityTimeout')}
          />
          <TextField
            type="number"
            label="Deliveries at most"
            placeholder="5"
            hint="0: without limit."
            {...form.field('maxDeliveries')}
          />
        </div>
        <Select label="Order" options={ORDERING} {...form.field('ordering')} />
        <Select
          label="After the last delivery a message"
          options={EXHAUSTED}
          {...form.field('onExhausted')}
        />
        <MoreFields title="Topic and dead letters">
          <TextField
            label="Topic"
            hint="Holds its messages. Empty: one of the queue's name. Made where it is missing."
            {...form.field('topic')}
          />
          <TextField
            type="number"
            label="Partitions of a new topic"
            placeholder="1"
            {...form.field('partitions')}
          />
          <TextField
            label="Dead-letter topic"
            hint="Empty: the topic's name with .dlq."
            {...form.field('deadLetterTopic')}
          />
        </MoreFields>
      </Form>
    </Dialog>
  );
}
