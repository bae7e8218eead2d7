// A shop sends the same orders again under new ids: to the queue they are new messages. What makes them the same is a field
// of their payload.

import type { Check } from '../proof.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { effectsOf } from './outcome.ts';

const ORDERS = 5;
const TIMES = 3;
const MESSAGES = ORDERS * TIMES;

export const BUSINESS_IDEMPOTENCY: Scenario = {
  name: 'business-idempotency',
  title: 'Business idempotency',
  claim: 'Two messages about one order have one effect, although each has an id of its own.',
  speed: 'fast',
  via: ['native', 'sqs'],
  spoil: 'the workers tell messages apart by their ids, not by their orders',
  play,
};

async function play(stage: Stage): Promise<Check[]> {
  const queue = await stage.queue('orders', { visibilityTimeoutSeconds: 30 });
  const ids = new Set<string>();
  const send = async () => {
    const shop = stage.producer('shop', queue, { n: ORDERS });
    await stage.untilGone(shop);
    for (const { event, messageId = '' } of shop.events)
      if (event === 'acknowledged') ids.add(messageId);
  };
  const untilDone = () =>
    stage.until('all of them are done', async () => (await queue.unresolved()) === 0);
  const knobs = stage.isSpoiled ? {} : { businessIdempotencyField: 'order' };

  await send();
  const first = await stage.worker('W1', queue, { maxMessages: 10, ...knobs });
  await untilDone();
  stage.say('the shop does not know whether its orders came through, and sends them again');
  await send();
  await untilDone();
  const byCache = first.count('duplicate');
  await first.end('SIGTERM');
  stage.say('W1 goes, and what it had in its memory; the shop sends its orders a third time');
  await send();
  const second = await stage.worker('W2', queue, { maxMessages: 10, ...knobs });
  await untilDone();
  await second.end('SIGTERM');

  const effects = await effectsOf(stage);
  const { acknowledged } = await queue.counts();
  return [
    { claim: 'messages with an id of their own', expected: MESSAGES, found: ids.size },
    { claim: 'effects', expected: ORDERS, found: effects.total },
    { claim: 'orders with exactly one effect', expected: ORDERS, found: effects.once },
    { claim: 'messages W1 knew from its cache', expected: ORDERS, found: byCache },
    {
      claim: 'messages W2 knew from the status table',
      expected: ORDERS,
      found: second.count('duplicate'),
    },
    { claim: 'acknowledged, says the broker', expected: MESSAGES, found: acknowledged },
  ];
}
