// A question over a queue and its answer: many at a time, answers find their question, a worker that dies is replaced,
// and who got no answer asks again without a second effect. Run it with `npm run example -- request-response`.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codecs, connect, MillraceError, RequestRejected } from '@millrace/client';
import { endWithMe } from '../../support/end-with-me.ts';
import { makeAnew } from '../../support/make-anew.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type Charge, type Charged, GROUP, REQUESTS } from './names.ts';

const brokers = process.argv[2] ?? '127.0.0.1:7650';
const folder = temporaryFolder('charges');
const chargesFile = join(folder, 'charges.log');

function startWorker(): ChildProcess {
  const file = fileURLToPath(new URL('./worker.js', import.meta.url));
  return endWithMe(spawn(process.execPath, [file, brokers, chargesFile], { stdio: 'inherit' }));
}

async function stop(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = once(worker, 'exit');
  worker.kill('SIGTERM');
  await ended;
}

/** How often the outside world was asked to charge this. */
async function chargesOf(id: string): Promise<number> {
  const lines = (await readFile(chargesFile, 'utf8')).split('\n');
  return lines.filter((line) => line.startsWith(`${id} `)).length;
}

await using client = await connect({ brokers });
await makeAnew(client, {
  topics: [{ name: REQUESTS }],
  // #region group
  // A worker that dies lets go of its request when the lease ends: requests should wait for longer than that.
  shareGroups: [
    { group: GROUP, topics: [REQUESTS], config: { visibilityTimeoutMs: 1_000, backoff: 'none' } },
  ],
  // #endregion
});

// #region requester
const charges = client.requester<Charge, Charged>({
  topic: REQUESTS,
  codec: codecs.json<Charge>(),
  replyCodec: codecs.json<Charged>(),
  timeoutMs: 20_000,
});
// #endregion

// #region ask-again
/** Asks until somebody knows. Only the same charge id makes that safe: no answer does not mean that nothing happened. */
async function charge(request: Charge, timeoutMs: number, tries: number): Promise<Charged> {
  for (let left = tries; ; left -= 1) {
    try {
      return await charges.request(request, { timeoutMs });
    } catch (error) {
      const isLate = error instanceof MillraceError && error.code === 'DEADLINE_EXCEEDED';
      if (!isLate || left === 1) throw error;
      console.log(request.id, 'no answer in time, asking again');
    }
  }
}
// #endregion

const workers = [startWorker(), startWorker()];
try {
  const cards = ['4242', '5555', '3782'];
  const answers = await Promise.all(
    cards.map((card, at) => charges.request({ id: `a-${at}`, card, cents: 100 * (at + 1) })),
  );
  console.log('three at once:', answers.map(({ charged }) => charged).join(' '));

  // #region rejected
  try {
    await charges.request({ id: 'b', card: '4242', cents: 0 });
  } catch (error) {
    if (!(error instanceof RequestRejected)) throw error;
    console.log('b is refused:', error.message);
  }
  // #endregion

  const killed = Promise.race(workers.map((worker) => once(worker, 'exit')));
  const answer = await charges.request({ id: 'c', card: '4242', cents: 70, trouble: 'crash' });
  const [, signal] = (await killed) as [number | null, NodeJS.Signals | null];
  console.log('c:', signal, 'of its worker, the other one charged', answer.charged);

  const late: Charge = { id: 'd', card: '5555', cents: 80, trouble: 'slow' };
  await charge(late, 1_000, 1).catch((error: MillraceError) => console.log('d:', error.code));
  console.log('d: asked again, charged', (await charge(late, 20_000, 1)).charged);
  console.log('d: charges made', await chargesOf('d'));
} finally {
  await Promise.all(workers.map(stop));
}

// #region nobody
// Nobody works. The request ends here when its time is over, and at the broker too: a worker that comes back later does
// not charge a card for somebody who has long gone.
await charges
  .request({ id: 'e', card: '4242', cents: 90 }, { timeoutMs: 200 })
  .catch((error: MillraceError) => console.log('e, without workers:', error.code));
// #endregion
const back = startWorker();
const { charged } = await charges.request({ id: 'f', card: '4242', cents: 95 });
console.log('f, with a worker again:', charged);
console.log('e: charges made', await chargesOf('e'));
const dead = client.admin.listMessages({ group: GROUP, state: 'dead' });
for await (const { deadReason, lastError } of dead) {
  console.log('dead:', [deadReason, lastError].filter((text) => text !== null).join(', '));
}
await stop(back);
