// A process of the résumé builder: one role until it is told to end. node main.js ROLE [HOST:PORT] [options]

import { parseArgs } from 'node:util';
import { connect, MillraceError } from '@millrace/client';
import { startDeadLetters } from './dead-letters.ts';
import { startEditsWorker } from './edits-worker.ts';
import { startNotifier } from './notifier.ts';
import type { Part, StartRole } from './part.ts';
import { startPdfWorker } from './pdf-worker.ts';
import { setUp } from './set-up.ts';
import { startWeb } from './web.ts';

const ROLES: Readonly<Record<string, StartRole>> = {
  web: startWeb,
  edits: startEditsWorker,
  pdfs: startPdfWorker,
  notifier: startNotifier,
  'dead-letters': startDeadLetters,
};

const USAGE = `Usage: main.js ROLE [HOST:PORT] [options]

  ROLE            ${Object.keys(ROLES).join(', ')}
  HOST:PORT       of the broker (127.0.0.1:7650)
  --host HOST     where the web listens (127.0.0.1: nobody is asked who he is)
  --port N        of the web (7660)
  --outside PATH  where the notifier's mail and chat keep what they sent (data/resume-builder/outside)
`;

const BROKER_MS_MAX = 60_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const asked = optionsOf();
  if (typeof asked === 'string') {
    process.stderr.write(`${asked}\n\n${USAGE}`);
    return 2;
  }
  return run(asked);
}

// #region run
type Asked = Exclude<ReturnType<typeof optionsOf>, string>;

async function run({ name, start, brokers, ...options }: Asked): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
  const say = (text: string) => console.log(`${name}: ${text}`);

  const { signal } = stop;
  try {
    say(`connects to ${brokers}`);
    const settings = { clientName: `resume-${name}`, waitForBrokerMs: BROKER_MS_MAX, signal };
    await using client = await connect({ brokers, ...settings });
    await setUp(client);
    const parts = await start(client, { ...options, say });
    say('ready');
    try {
      await Promise.race([aborted(signal), firstEnd(parts)]);
    } finally {
      // Workers take nothing more, finish what they have in hand and give back the rest; then what they stand on is closed.
      for (const part of parts) await part.close();
    }
    return 0;
  } catch (error) {
    // Told to end while there was no broker yet.
    if (error instanceof MillraceError && error.code === 'ABORTED') return 0;
    say(`cannot go on: ${String(error)}`);
    return 1;
  } finally {
    say('stopped');
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function firstEnd(parts: readonly Part[]): Promise<void> {
  await Promise.race(parts.map(({ finished }) => finished));
  throw new Error('a part ended by itself');
}
// #endregion

/** What is wrong, where something is. */
function optionsOf() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '7660' },
        outside: { type: 'string', default: 'data/resume-builder/outside' },
      },
    });
    const [name = '', brokers = '127.0.0.1:7650', ...rest] = positionals;
    const start = Object.hasOwn(ROLES, name) ? ROLES[name] : undefined;
    if (start === undefined) return `There is no role '${name}'.`;
    if (rest.length > 0) return `What is '${rest[0]}'?`;
    const port = Number(values.port);
    if (!/^\d{1,5}$/.test(values.port) || port > 65_535) return `'${values.port}' is no port.`;
    return { name, start, brokers, host: values.host, port, outside: values.outside };
  } catch (error) {
    return (error as Error).message;
  }
}
