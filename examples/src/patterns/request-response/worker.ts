// The side that answers: a process that charges cards. Several run at a time. It may be killed whenever; a request that
// carries a charge id is charged once all the same.
import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { codecs, connect, Reject } from '@millrace/client';
import { type Charge, GROUP, REQUESTS } from './names.ts';

const [, , brokers = '127.0.0.1:7650', chargesFile = 'charges.log'] = process.argv;
const client = await connect({ brokers });
process.once('SIGTERM', () => void client.close());

// #region worker
client.worker({
  group: GROUP,
  topics: REQUESTS,
  codec: codecs.json<Charge>(),
  replies: true,
  handler: async ({ value, deliveries }, { once }) => {
    const { card, cents, trouble } = value;
    if (cents <= 0) throw new Reject('there is nothing to charge');
    if (trouble === 'crash' && deliveries === 1) process.kill(process.pid, 'SIGKILL');
    const charge = async () => {
      if (trouble === 'slow') await sleep(1_500);
      await appendFile(chargesFile, `${value.id} ${card} ${cents}\n`);
      return { charged: cents };
    };
    // Who asks again meanwhile waits until this claim ends, so it is short; it is held for as long as the handler runs.
    return once(`charge/${value.id}`, charge, { claimMs: 2_000 });
  },
});
// #endregion
