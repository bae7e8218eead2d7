// What each example begins with: its own topics and groups, empty. All their names begin with `example.`, and nothing else
// is ever deleted, so an example can be run again and again on a broker that has other work to do.
import {
  type Client,
  type CreateShareGroup,
  MillraceError,
  type RequestInput,
} from '@millrace/client';

export interface Belongings {
  readonly topics: readonly RequestInput<'CreateTopic'>[];
  readonly shareGroups?: readonly CreateShareGroup[];
  /** Names of those that the example makes by itself later. */
  readonly shareGroupsLater?: readonly string[];
  /** Consumers and transformers make theirs by joining; here only what they committed is forgotten. */
  readonly consumerGroups?: readonly string[];
  /** Those that the example makes by itself later. */
  readonly schedules?: readonly string[];
}

const PREFIX = 'example.';
const RUN_MS_MAX = 120_000;

/** Deletes what an earlier run left, and creates all of it. What was left after a run can be looked at until the next. */
export async function makeAnew({ admin }: Client, belongings: Belongings): Promise<void> {
  const { topics, shareGroups = [], shareGroupsLater = [], consumerGroups = [] } = belongings;
  setTimeout(giveUp, RUN_MS_MAX).unref();
  for (const name of belongings.schedules ?? []) {
    await ifThere('UNKNOWN_SCHEDULE', name, () => admin.deleteSchedule(name));
  }
  for (const group of [...shareGroups.map((made) => made.group), ...shareGroupsLater]) {
    await ifThere('UNKNOWN_GROUP', group, () => admin.deleteShareGroup(group));
  }
  for (const group of consumerGroups) {
    await ifThere('UNKNOWN_GROUP', group, () => admin.deleteGroup(group));
  }
  for (const { name } of topics) {
    await ifThere('UNKNOWN_TOPIC', name, () => admin.deleteTopic(name));
  }
  for (const topic of topics) await admin.createTopic(topic);
  for (const group of shareGroups) await admin.createShareGroup(group);
}

/** What it awaits will not come: a worker of its own has died, or another program took its messages. */
function giveUp(): void {
  console.error(
    'millrace: not done in two minutes. Does the same example run on this broker twice?',
  );
  process.exit(1);
}

async function ifThere(
  absent: 'UNKNOWN_GROUP' | 'UNKNOWN_SCHEDULE' | 'UNKNOWN_TOPIC',
  name: string,
  remove: () => Promise<void>,
): Promise<void> {
  if (!name.startsWith(PREFIX)) throw new Error(`${name} does not begin with ${PREFIX}`);
  try {
    await remove();
  } catch (error) {
    if (!(error instanceof MillraceError && error.code === absent)) throw error;
  }
}
