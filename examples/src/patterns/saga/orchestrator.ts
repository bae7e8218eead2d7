// The orchestrator: takes the outcome of a step and sends the next command. It keeps nothing in memory, so any number of
// them may run, and any of them may be killed.
import { codecs, connect } from '@millrace/client';
import { commandsOf, DEAD, ORCHESTRATOR, OUTCOMES, STATES } from './names.ts';
import { advance, type Command, type Outcome, type Saga } from './saga.ts';

const client = await connect({ brokers: process.argv[2] ?? '127.0.0.1:7650' });
process.once('SIGTERM', () => void client.close());

// #region orchestrator
client.worker({
  group: ORCHESTRATOR,
  topics: [OUTCOMES, DEAD],
  codec: codecs.json<Outcome | Command>(),
  transactional: true,
  handler: ({ topic, value, deliveries }, { send }) => {
    // A dead letter is the command that nobody could carry out; any other message is an outcome.
    const outcome: Outcome =
      topic === DEAD
        ? { saga: value.saga, outcome: 'unknown', why: 'tried in vain' }
        : (value as Outcome);
    const { saga, command } = advance(outcome);
    send({ topic: STATES, key: saga.order, value: saga });
    if (command !== undefined) {
      const { step, action } = command;
      // Going forward gives up after three tries or a minute. Going back never does.
      const bounds = action === 'do' ? { maxDeliveries: 3, ttlMs: 60_000 } : {};
      send({ topic: commandsOf(step), key: saga.order, value: command, ...bounds });
    }
    crashForShow(saga, deliveries);
  },
});
// #endregion

/** Before the end of the handler nothing of what it sent is there. */
function crashForShow({ order, at }: Saga, deliveries: number): void {
  if (order === 'o-5' && at === 1 && deliveries === 1) process.kill(process.pid, 'SIGKILL');
}
