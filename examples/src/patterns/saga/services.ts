// Payment, stock and shipping. In life three programs of three teams; here one process with three workers. They know their
// own work and how to undo it, and nothing of the saga they are part of.
import { codecs, connect, type LeasedMessage } from '@millrace/client';
import { commandsOf, OUTCOMES } from './names.ts';
import { Outside, Refused } from './outside.ts';
import { type Command, type Outcome, STEPS, type Step } from './saga.ts';

const [, , brokers = '127.0.0.1:7650', path = 'outside'] = process.argv;
const client = await connect({ brokers });
process.once('SIGTERM', () => void client.close());
const outside = new Outside(path);

const WORK: Readonly<Record<Step, readonly [what: string, undo: string]>> = {
  payment: ['charge', 'refund'],
  stock: ['reserve', 'release'],
  shipping: ['ship', 'recall'],
};

// #region service
for (const step of STEPS) {
  const [what, undo] = WORK[step];
  client.worker({
    group: commandsOf(step),
    topics: commandsOf(step),
    codec: codecs.json<Command>(),
    transactional: true,
    handler: (message, { send }) => {
      const { saga, action } = message.value;
      const answer = (outcome: Omit<Outcome, 'saga'>) =>
        send({ topic: OUTCOMES, key: saga.order, value: { saga, ...outcome } });
      try {
        if (action === 'undo') outside.undo(saga.order, what, undo);
        else {
          checkTrouble(step, message);
          outside.do(saga.order, what);
          crashAfterEffect(step, message);
        }
        answer({ outcome: 'done' });
      } catch (error) {
        // No is an answer. Any other error is a try that failed: it comes again, or is a dead letter in the end.
        if (!(error instanceof Refused)) throw error;
        answer({ outcome: 'refused', why: error.message });
      }
    },
  });
}
// #endregion

/** For show: some orders are in for it. */
function checkTrouble(step: Step, { value }: LeasedMessage<Command>): void {
  const { order } = value.saga;
  if (step === 'stock' && order === 'o-2') throw new Refused('sold out');
  if (step === 'shipping' && order === 'o-3') throw new Refused('no way there');
  if (step === 'stock' && order === 'o-6') throw new Error('the warehouse does not answer');
}

function crashAfterEffect(step: Step, { value, deliveries }: LeasedMessage<Command>): void {
  if (step !== 'payment' || value.saga.order !== 'o-4' || deliveries > 1) return;
  process.kill(process.pid, 'SIGKILL');
}
