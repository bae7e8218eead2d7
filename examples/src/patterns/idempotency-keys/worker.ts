// The workers, each a process that is killed or frozen at its worst moment: at the first delivery, if started for it.
import { codecs, connect } from '@millrace/client';
import { MAILS, type Order, PRICES, type Price } from './names.ts';
import { Outside } from './outside.ts';

const [, , brokers = '127.0.0.1:7650', path = 'outside', kind = 'once', trouble = ''] =
  process.argv;
const client = await connect({ brokers });
process.once('SIGTERM', () => void client.close());
const outside = new Outside(path);

/** For show: the worst moment of a message is after its effect, and before anybody knows of it. */
function worstMoment(deliveries: number): void {
  if (trouble !== '' && deliveries === 1) process.kill(process.pid, trouble);
}

if (kind === 'once') {
  // #region once
  client.worker({
    group: MAILS,
    topics: MAILS,
    codec: codecs.json<Order>(),
    handler: ({ value, deliveries }, { once }) =>
      once(
        `mail/${value.order}`,
        () => {
          outside.sendMail(value.order);
          worstMoment(deliveries);
        },
        { claimMs: 2_000 },
      ),
  });
  // #endregion
} else if (kind === 'key') {
  // #region inbox
  client.worker({
    group: MAILS,
    topics: MAILS,
    codec: codecs.json<Order>(),
    handler: ({ value, deliveries }) => {
      outside.sendMailOnce(value.order, `mail/${value.order}`);
      worstMoment(deliveries);
    },
  });
  // #endregion
} else {
  // #region fenced
  client.worker({
    group: PRICES,
    topics: PRICES,
    codec: codecs.json<Price>(),
    handler: ({ key, value, token, deliveries }) => {
      if (trouble !== '' && deliveries === 1) process.kill(process.pid, trouble);
      const isShown = outside.showPrice(key ?? '', value.cents, token);
      if (!isShown) console.log(`  a worker that was frozen wakes up with ${value.cents}: refused`);
    },
  });
  // #endregion
}
