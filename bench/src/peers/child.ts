// The process of one peer and mode: its client shares a heap with no other. It does what its parent says, one message
// after the other, and stops the peer when the parent is gone. Nothing else may be printed on the channel.

import { SETTLE_MS_MAX, settle } from '../measure/settle.ts';
import type { ComparedWork, PeerWork } from '../results/results.ts';
import { loadKind } from './load-kind.ts';
import type { FromChild, ToChild } from './messages.ts';
import type { PeerKind, RunningPeer } from './peer.ts';
import { Meter } from './works/meter.ts';
import { WORKS } from './works/table.ts';
import { NotOffered } from './works/work.ts';

type Measure = ToChild & { kind: 'measure' };

/** A peer that does not stop is ended with its process group by the parent. */
const STOP_MS_MAX = 15_000;

let running: RunningPeer | undefined;
let isEnding = false;

process.on('message', (message: ToChild) => void answer(message));
process.on('disconnect', () => void end());
// Of the terminal's group the parent hears it too, and lets go of the channel.
process.on('SIGINT', () => undefined);
// What a client throws where nobody can catch it: the works after it would be measured on a broken client.
process.on('uncaughtException', (error) => void failAndEnd(error));
process.on('unhandledRejection', (error) => void failAndEnd(error));

async function answer(message: ToChild): Promise<void> {
  try {
    await carryOut(message);
  } catch (error) {
    await fail(error);
  }
  await end();
}

async function failAndEnd(error: unknown): Promise<void> {
  await fail(error);
  await end();
}

async function carryOut(message: ToChild): Promise<void> {
  const kind = await loadKind(message.peer);
  if (message.kind === 'measure') return measure(kind, message);
  if (typeof kind === 'string') {
    return say({ kind: 'described', found: { missing: kind }, modes: [] });
  }
  const found = await kind.find();
  return say({ kind: 'described', found, modes: kind.modes });
}

async function measure(kind: PeerKind | string, message: Measure): Promise<void> {
  if (typeof kind === 'string') throw new Error(kind);
  const mode = kind.modes.find(({ name }) => name === message.mode);
  if (mode === undefined) throw new Error(`${kind.name} has no mode '${message.mode}'`);
  await say({ kind: 'step', title: 'start', durationMs: 1_000 });
  running = await kind.start(mode, message.directory);
  await say({ kind: 'started' });
  for (const work of message.works) {
    // What the work before left to be written, or removed, is not part of what this one fills.
    await settle(message.directory, 0);
    const { figures, isFailed } = await measureWork(work, running, message);
    await say({ kind: 'measured', work: figures, isFailed });
    if (isFailed) return;
  }
}

async function measureWork(
  work: PeerWork,
  peer: RunningPeer,
  { settings, directory }: Measure,
): Promise<{ figures: ComparedWork; isFailed: boolean }> {
  const step = (title: string, durationMs: number) => {
    void say({ kind: 'step', title: `${work}: ${title}`, durationMs });
  };
  try {
    const meter = new Meter(peer);
    const context = {
      work,
      peer,
      settings,
      meter,
      step,
      settle: (lengthMs: number) => {
        step('wait for a quiet machine', SETTLE_MS_MAX);
        return settle(directory, lengthMs);
      },
    };
    const figures = await WORKS[work](context);
    return { figures, isFailed: false };
  } catch (error) {
    const isFailed = !(error instanceof NotOffered);
    return { figures: { work, note: reasonOf(error) }, isFailed };
  }
}

function fail(error: unknown): Promise<void> {
  return say({ kind: 'failed', reason: reasonOf(error) });
}

function reasonOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return (message || name).split('\n')[0] ?? name;
}

/** Resolves when it is written, or when nobody listens any more. */
function say(message: FromChild): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return resolve();
    process.send?.(message, () => resolve());
  });
}

async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  setTimeout(() => process.exit(1), STOP_MS_MAX);
  await running?.stop().catch(fail);
  process.exit(0);
}
