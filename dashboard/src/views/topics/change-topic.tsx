// The form that changes a topic's settings. What would change is shown before it is done, with counts of what retention would
// take; only what differs is sent.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { Button } from '../../components/button.tsx';
import { confirmAct } from '../../components/confirm.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { fieldProblem } from '../../components/field-problem.ts';
import { Select, TextField } from '../../components/fields.tsx';
import { Form, MoreFields, useForm } from '../../components/form.tsx';
import { Note } from '../../components/note.tsx';
import { toast } from '../../components/toast.tsx';
import { formatMany } from '../../format/formats.ts';
import { wholeOf } from './create-topic.tsx';
import { type Change, changesOf, fieldText, isDestructive, SETTINGS } from './topic-changes.ts';
import { effectOf } from './topic-effects.ts';
import type { Topic } from './topic-shapes.ts';

const FIRST = 4;

interface ChangeTopicProps {
  readonly topic: Topic;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function ChangeTopic({ topic, onClose, onDone }: ChangeTopicProps) {
  // As the fields were filled from it: what others change while the form is open is no change of this one.
  const [opened] = useState(topic);
  const { config, name } = opened;
  const partitions = opened.partitions.length;
  const first: Record<string, string> = {
    partitions: String(partitions),
    ...Object.fromEntries(SETTINGS.map((one) => [one.name, fieldText(one, config?.[one.name])])),
  };
  const form = useForm(first, async (texts) => {
    if (config === null) return;
    const changes = changesOf(config, texts);
    const wanted = wholeOf('partitions', texts['partitions'] ?? '');
    if (wanted < partitions) {
      throw fieldProblem('partitions', `A topic never shrinks: it has ${partitions}.`);
    }
    if (changes.length === 0 && wanted === partitions) {
      throw fieldProblem('retentionMs', 'Nothing is changed yet.');
    }
    const isDone = await askAndChange({ topic, opened, changes, partitions: wanted });
    if (!isDone) return;
    toast({ tone: 'good', text: `Topic ${name} is changed.` });
    onDone();
  });
  const foot = (
    <>
      <Button onPress={onClose}>Cancel</Button>
      <Button kind="primary" isDisabled={form.isBusy} onPress={() => form.submit()}>
        See what changes
      </Button>
    </>
  );
  const fields = SETTINGS.map((setting) => {
    const { name: field, title: label, kind, hint } = setting;
    const bound = form.field(field);
    return typeof kind === 'string' ? (
      <TextField key={field} label={label} hint={hint} {...bound} />
    ) : (
      <Select key={field} label={label} options={kind} {...bound} />
    );
  });
  return (
    <Dialog title={`Change topic ${name}`} onClose={onClose} foot={foot}>
      <Form form={form}>
        <div class="form-row">{fields.slice(0, FIRST)}</div>
        <TextField
          type="number"
          label="Partitions"
          hint="More can be added, none taken away."
          {...form.field('partitions')}
        />
        <MoreFields title="More settings">
          <div class="form-row">{fields.slice(FIRST)}</div>
        </MoreFields>
      </Form>
    </Dialog>
  );
}

interface Asked {
  /** As it is now, and as it was when the form was opened. */
  readonly topic: Topic;
  readonly opened: Topic;
  readonly changes: readonly Change[];
  readonly partitions: number;
}

function askAndChange({ topic, opened, changes, partitions }: Asked): Promise<boolean> {
  const { name } = topic;
  const count = opened.partitions.length;
  const isGrown = partitions > count;
  const isHard = (change: Change) => topic.config === null || isDestructive(change, topic.config);
  const isDanger = changes.some(isHard);
  const many = changes.length + (isGrown ? 1 : 0);
  return confirmAct({
    title: `Change topic ${name}`,
    isDanger,
    consequence: async (signal) => {
      const effects = await Promise.all(
        changes.filter(isHard).map((change) => effectOf(topic, change, signal)),
      );
      const says = (
        <div class="form">
          <ul class="topics-changes">
            {changes.map(({ setting, before, after }) => (
              <li key={setting.name}>
                {setting.title}: <del>{before}</del> → <strong>{after}</strong>
              </li>
            ))}
            {isGrown ? (
              <li>
                Partitions: <del>{count}</del> → <strong>{partitions}</strong>
              </li>
            ) : null}
          </ul>
          {effects.map((effect) => (
            <Note tone="warn" key={effect}>
              {effect}
            </Note>
          ))}
          {isGrown ? (
            <Note tone="warn">
              From now on keys go to other partitions: a key's new records are not behind its old
              ones. Partitions cannot be taken away again.
            </Note>
          ) : null}
        </div>
      );
      return { says, act: `Change ${formatMany(many, 'setting')}` };
    },
    run: () =>
      call('PATCH /topics/{topic}', {
        path: { topic: name },
        body: {
          ...(changes.length === 0
            ? {}
            : { config: Object.fromEntries(changes.map((one) => [one.setting.name, one.value])) }),
          ...(isGrown ? { partitions } : {}),
        },
      }),
  });
}
