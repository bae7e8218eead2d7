// Tells people what happened: a queue on the same events for each channel, so that one that is slow or down holds up no other. It decides
// who hears what, and nothing else.

import type { Client } from '@millrace/client';
import type { ResumeEvent } from './messages.ts';
import { openService } from './outside.ts';
import type { Part, RoleOptions, StartRole } from './part.ts';
import { QUEUES, TOPICS } from './queues.ts';

/** Longer than the broker takes to come back: until then nobody else takes up what a crash left open. */
const CLAIM_MS = 10_000;

interface Channel {
  readonly name: 'mail' | 'chat';
  /** Undefined: nobody is to be told. */
  readonly textOf: (event: ResumeEvent) => string | undefined;
}

const CHANNELS: readonly Channel[] = [
  {
    name: 'mail',
    textOf: (event) => {
      if (event.kind === 'pdf-ready') return `${event.user}: your PDF is ready (${event.version})`;
      // News of mails that cannot be sent would be mails that cannot be sent.
      if (event.cause === 'service') return undefined;
      return `${event.user}: we are sorry, something went wrong: ${event.error}`;
    },
  },
  {
    name: 'chat',
    textOf: (event) =>
      event.kind === 'pdf-ready' ? `${event.user} has a new résumé (${event.version})` : undefined,
  },
];

export const startNotifier: StartRole = async (client, options) =>
  Promise.all(CHANNELS.map((channel) => startChannel(client, channel, options)));

// #region channel
async function startChannel(client: Client, channel: Channel, options: RoleOptions): Promise<Part> {
  const service = await openService(options.outside, channel.name);
  return client.worker({
    group: QUEUES[channel.name].name,
    topics: TOPICS.events.name,
    codec: TOPICS.events.codec,
    handler: async ({ id, value }, { once }) => {
      const text = channel.textOf(value);
      if (text === undefined) return;
      // After a crash between the sending and its record nobody knows: it is sent again, under the same key.
      await once(id, () => service.send(id, text), { claimMs: CLAIM_MS });
    },
    onOutcome: ({ key }, outcome) => options.say(`${channel.name}: ${outcome} for ${key}`),
  });
}
// #endregion
