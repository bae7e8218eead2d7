// The side effect of a message: what the outside system does for it, and the state of its entity. It does not ask whether
// the effect is to take place; that was decided before.

import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutsideLedger } from '../stores/outside-ledger.ts';
import type { StatusTable } from '../stores/status-table.ts';
import type { Crashes } from './crashes.ts';
import type { WorkerKnobs } from './knobs.ts';
import type { Emit } from './reporter.ts';
import type { Task } from './task.ts';

const MS = 1_000;

/** The effect did not take place, and may later. */
export class EffectFailed extends Error {
  override readonly name = 'EffectFailed';
}

export type EffectOutcome = 'completed' | 'stale';

export interface EffectParts {
  readonly knobs: WorkerKnobs;
  readonly ledger: OutsideLedger | undefined;
  readonly status: StatusTable | undefined;
  readonly crashes: Crashes;
  readonly emit: Emit;
}

/** Throws EffectFailed. */
export async function takeEffect(
  { knobs, ledger, status, crashes, emit }: EffectParts,
  key: string,
  task: Task,
): Promise<EffectOutcome> {
  const { failWhileExists, checkBeforeDoing, sideEffectDelaySeconds, name: worker } = knobs;
  if (checkBeforeDoing && (ledger?.count(key) ?? 0) > 0) {
    emit('already-there', task);
    return 'completed';
  }
  if (sideEffectDelaySeconds > 0) await sleep(sideEffectDelaySeconds * MS);
  if (failWhileExists !== '' && existsSync(failWhileExists))
    throw new EffectFailed('the outside system is down');
  if (knobs.versionField !== '' && !setState(knobs, status, task)) return 'stale';
  const { messageId, group, payload } = task;
  const { id, sequence } = payload ?? {};
  const row = { key, worker, messageId, id, sequence, group, atMs: Date.now() };
  if (ledger?.append(row, knobs.outsideTakesKeys) === false) {
    emit('already-there', task);
    return 'completed';
  }
  if (knobs.sideEffectLogPath !== '') {
    const field = payload?.field(knobs.sideEffectLogField) ?? '';
    appendFileSync(knobs.sideEffectLogPath, `${field}\n`);
  }
  emit('side-effect', task);
  await crashes.pass('side-effect', task);
  return 'completed';
}

/** False where a newer state of the entity is known. */
function setState(knobs: WorkerKnobs, status: StatusTable | undefined, { payload }: Task): boolean {
  const { versionField, entityField, reconcile } = knobs;
  const entity = payload?.field(entityField);
  const version = Number(payload?.field(versionField));
  if (entity === undefined || !Number.isFinite(version))
    throw new EffectFailed(`the payload has no ${entityField} with a ${versionField}`);
  const state = { entity, version, work: payload?.work ?? 0 };
  return status?.setState(state, reconcile === 'newest') ?? true;
}
