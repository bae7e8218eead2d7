// What an operator may do to messages of a queue that nobody has leased: asks where something is given up, does it, and
// says so.
import { call } from '../../api/call.ts';
import { confirmAct } from '../../components/confirm.tsx';
import { toast, toastProblem } from '../../components/toast.tsx';
import { formatMany } from '../../format/formats.ts';
import type { Changed } from '../queues/queue-shapes.ts';

export type Change = 'retry' | 'cancel' | 'dead-letter';

interface Wording {
  readonly act: string;
  readonly done: string;
  readonly says: string;
}

const WORDS: Readonly<Record<Change, Wording>> = {
  retry: { act: 'Retry', done: 'ready now', says: '' },
  cancel: {
    act: 'Cancel',
    done: 'cancelled',
    says: 'given up, without a copy in a dead-letter topic. There is no undo; the log keeps the record until retention takes it.',
  },
  'dead-letter': {
    act: 'Dead-letter',
    done: 'dead-lettered',
    says: 'given up, with a copy in the dead-letter topic, from where a redrive brings it back.',
  },
};

/** The words of a button. */
export function actOf(change: Change): string {
  return change === 'retry' ? 'Retry now' : WORDS[change].act;
}

/** What can be done to a message in this state, beside another time; a leased one is its worker's. */
export function changesOf(state: string): readonly Change[] {
  if (state === 'fresh') return ['cancel', 'dead-letter'];
  const isOpen = ['ready', 'scheduled', 'parked', 'blocked'].includes(state);
  return isOpen ? ['retry', 'cancel', 'dead-letter'] : [];
}

/** True once it was done to at least one of them. */
export async function changeMessages(
  queue: string,
  ids: readonly string[],
  change: Change,
): Promise<boolean> {
  const { act, says } = WORDS[change];
  const many = formatMany(ids.length, 'message');
  const verb = ids.length === 1 ? 'It will be' : 'They will be';
  try {
    if (change === 'retry') return await changeNow(queue, ids, change);
    return await confirmAct({
      title: `${act} ${many} of ${queue}`,
      isDanger: true,
      consequence: { says: `${many}: ${verb.toLowerCase()} ${says}`, act: `${act} ${many}` },
      run: () => changeNow(queue, ids, change),
    });
  } catch (error) {
    toastProblem(error);
    return false;
  }
}

async function changeNow(queue: string, ids: readonly string[], change: Change): Promise<boolean> {
  const [only] = ids;
  const { done } = WORDS[change];
  if (ids.length === 1 && only !== undefined) {
    await call(`POST /queues/{queue}/messages/{id}/${change}`, { path: { queue, id: only } });
    toast({ tone: 'good', text: `1 message is ${done}.` });
    return true;
  }
  const { failed, results } = await call(`POST /queues/{queue}/messages/${change}`, {
    path: { queue },
    body: { ids },
  });
  toast(changedText({ failed, results }, done));
  return results.length > failed;
}

/** What became of many, for a toast: `3 messages are ready now, 1 not: …`. */
export function changedText(
  { failed, results }: Changed,
  done: string,
): Parameters<typeof toast>[0] {
  const count = results.length - failed;
  const are = `${formatMany(count, 'message')} ${count === 1 ? 'is' : 'are'} ${done}`;
  const [why = ''] = results.flatMap((result) => (result.ok ? [] : [result.detail]));
  return failed === 0
    ? { tone: 'good', text: `${are}.` }
    : { tone: 'bad', text: `${are}, ${failed} not: ${why}` };
}
