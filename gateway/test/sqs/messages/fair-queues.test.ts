// A standard queue whose messages name tenants: one with a backlog does not hold up the others.
import { expect, it } from 'vitest';
import { callOf, Session } from './setup.ts';

const session = new Session();

it('quiet tenants are served before a noisy one, which loses nothing [Q-85]', async () => {
  const queue = await session.queue();
  const entries = (tenant: string, count: number) =>
    Array.from({ length: count }, (_, at) => ({
      Id: `${at}`,
      MessageBody: tenant,
      MessageGroupId: tenant,
    }));
  for (let batch = 0; batch < 10; batch += 1) {
    const input = { QueueUrl: queue, Entries: entries('noisy', 10) };
    await session.handlers.SendMessageBatch(input, callOf());
  }
  await session.handlers.SendMessageBatch(
    { QueueUrl: queue, Entries: entries('quiet', 5) },
    callOf(),
  );
  const tenants: (string | undefined)[] = [];
  for (;;) {
    const names = { MessageSystemAttributeNames: ['MessageGroupId'] };
    const received = await session.receive(queue, names);
    if (received.length === 0) break;
    tenants.push(...received.map(({ Attributes }) => Attributes?.['MessageGroupId']));
  }
  expect(tenants).toHaveLength(105);
  const lastQuiet = tenants.lastIndexOf('quiet');
  expect(tenants.filter((tenant) => tenant === 'quiet')).toHaveLength(5);
  expect(lastQuiet).toBeLessThan(50);
});
