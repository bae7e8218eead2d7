// `queue retry`, `reschedule`, `cancel` and `dead-letter`: what an operator decides about messages that nobody has.

import type { Admin, ChangeResult, MessageTarget } from '@millrace/client';
import { argument, type Command, command, option } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import type { Context } from '../../context.ts';
import { usage } from '../../errors/cli-error.ts';
import { parseDuration } from '../../input/duration.ts';
import { formatCount, formatCountOf, formatText } from '../../output/format.ts';
import { reportChange } from './change-outcome.ts';
import { namedBy, openAmong, TARGETS, targetsOf } from './message-targets.ts';

const INPUTS = { queue: argument('<queue>', 'name of the queue'), ...TARGETS };
const WHO =
  'Messages that are leased or resolved stay as they are: they are named, and the exit code is 5.';
const ID = '00000001-0000-8000-8000-00000000002a';

const retry = command({
  name: 'retry',
  about: 'make messages ready now: scheduled, parked or blocked ones',
  details: `The deliveries of a blocked message are counted anew.\n${WHO}`,
  inputs: INPUTS,
  examples: [
    { line: `broker-cli queue retry jobs ${ID}`, about: 'one message' },
    {
      line: "broker-cli queue messages jobs --state scheduled --keys --json | jq -r '.messages[].id' | broker-cli queue retry jobs -",
      about: 'all that wait for a time',
    },
  ],
  async run(context, { queue, ...given }) {
    const targets = await targetsOf(context, queue, given);
    const { admin } = await context.client();
    const result = await admin.retryMessages(queue, targets, { signal: context.signal });
    await reportChange(context, queue, 'retried', result);
  },
});

const reschedule = command({
  name: 'reschedule',
  about: 'make messages ready after a while',
  details: WHO,
  inputs: {
    ...INPUTS,
    delay: option('--delay <duration>', 'from now (required)', parseDuration),
  },
  examples: [
    { line: `broker-cli queue reschedule jobs ${ID} --delay 1h`, about: 'in an hour' },
    {
      line: 'broker-cli queue reschedule jobs --partition 0 --offset 100-199 --delay 1d',
      about: 'a hundred messages tomorrow',
    },
  ],
  async run(context, { queue, delay, ...given }) {
    if (delay === undefined) throw usage('say when: --delay 1h');
    const targets = await targetsOf(context, queue, given);
    const { admin } = await context.client();
    const options = { signal: context.signal };
    const result = await admin.rescheduleMessages(queue, targets, delay, options);
    await reportChange(context, queue, 'rescheduled', result);
  },
});

const cancel = command({
  name: 'cancel',
  about: 'declare messages dead, without a copy in the dead-letter topic',
  details: WHO,
  inputs: { ...INPUTS, yes: YES },
  examples: [{ line: `broker-cli queue cancel jobs ${ID}`, about: 'asks first' }],
  run: async (context, { queue, yes, ...given }) => {
    const targets = await targetsOf(context, queue, given);
    const { admin } = await context.client();
    await end(context, admin, { queue, yes, targets, ...CANCEL });
  },
});

const deadLetter = command({
  name: 'dead-letter',
  about: 'declare messages dead, with a copy in the dead-letter topic if the queue has one',
  details: WHO,
  inputs: { ...INPUTS, yes: YES },
  examples: [{ line: `broker-cli queue dead-letter jobs ${ID}`, about: 'asks first' }],
  run: async (context, { queue, yes, ...given }) => {
    const targets = await targetsOf(context, queue, given);
    const { admin } = await context.client();
    await end(context, admin, { queue, yes, targets, ...DEAD_LETTER });
  },
});

export const CHANGE_COMMANDS: readonly Command[] = [retry, reschedule, cancel, deadLetter];

interface Ending {
  readonly method: 'cancelMessages' | 'deadLetterMessages';
  /** `cancel 3 messages`, and what that means. */
  readonly verb: string;
  readonly meaning: string;
  readonly done: string;
}

export const CANCEL: Ending = {
  method: 'cancelMessages',
  verb: 'cancel',
  meaning: 'dead, without a copy',
  done: 'cancelled',
};

export const DEAD_LETTER: Ending = {
  method: 'deadLetterMessages',
  verb: 'dead-letter',
  meaning: 'dead, with a copy where the queue has a dead-letter topic',
  done: 'dead-lettered',
};

interface Plan extends Ending {
  readonly queue: string;
  readonly yes: boolean;
  readonly targets: readonly MessageTarget[];
}

async function end(context: Context, admin: Admin, plan: Plan): Promise<void> {
  const { queue, yes, targets } = plan;
  const named = namedBy(targets);
  const open = yes ? named : await openAmong(context, admin, queue, targets);
  const rest = open === named ? '' : ` (${formatCount(named - open)} more are leased or resolved)`;
  await confirm(context, yes, `${endingText(plan, open, queue)}${rest}`);
  await reportChange(context, queue, plan.done, await carryOut(context, admin, plan));
}

/** `cancel 3 messages of queue jobs: dead, without a copy`. */
export function endingText({ verb, meaning }: Ending, count: number, queue: string): string {
  const what = formatCountOf(count, 'message');
  return `${verb} ${what} of queue ${formatText(queue)}: ${meaning}`;
}

function carryOut(context: Context, admin: Admin, plan: Plan): Promise<ChangeResult> {
  return admin[plan.method](plan.queue, plan.targets, { signal: context.signal });
}
