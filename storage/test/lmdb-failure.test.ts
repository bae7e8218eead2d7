import { constants } from 'node:os';
import { expect, it } from 'vitest';
import { explainFailure } from '../src/lmdb-failure.ts';

const { EIO, ENOMEM, ENOSPC } = constants.errno;
const MIB = 1024 * 1024;

/** As lmdb-js rejects: LMDB's own error comes by a promise of its own. */
function rejection(code: number | undefined): Error {
  const cause = Object.assign(new Error(`LMDB says ${code}`), { code });
  return Object.assign(new Error('Commit failed'), { commitError: Promise.reject(cause) });
}

it.each([
  ['the disk is full', ENOSPC, true, 0, 'COMMIT_ABORTED', 'full'],
  ['the map cannot grow', -30_792, true, 99 * MIB, 'COMMIT_ABORTED', 'full'],
  ['a write stopped half-way on a full disk', EIO, true, 2 * MIB, 'COMMIT_ABORTED', 'full'],
  ['a write or a flush failed with room to spare', EIO, true, 9 * MIB, 'FLUSH_UNKNOWN', undefined],
  ['memory ran out', ENOMEM, true, 99 * MIB, 'COMMIT_ABORTED', 'io'],
  ['nobody knows this one', -30_779, true, 99 * MIB, 'FLUSH_UNKNOWN', undefined],
  ['there is no code', undefined, true, 0, 'FLUSH_UNKNOWN', undefined],
  ['the head was not written', ENOSPC, false, 0, 'FLUSH_UNKNOWN', undefined],
])('a failed commit where %s', async (_, code, stillReads, fileSystemFreeBytes, kind, reason) => {
  const failed = { error: rejection(code), bytes: MIB, stillReads, fileSystemFreeBytes };
  const error = await explainFailure(failed);
  expect(error).toMatchObject({ code: kind, cause: { message: `LMDB says ${code}` } });
  expect('reason' in error ? error.reason : undefined).toBe(reason);
});

it('a failed commit without an error of LMDB', async () => {
  const failed = { bytes: 0, stillReads: true, fileSystemFreeBytes: 0 };
  const thrown = await explainFailure({ ...failed, error: new Error('closed') });
  expect(thrown).toMatchObject({ code: 'FLUSH_UNKNOWN', cause: { message: 'closed' } });
  const strange = await explainFailure({ ...failed, error: 'text' });
  expect(strange).toMatchObject({ code: 'FLUSH_UNKNOWN', cause: { message: 'text' } });
});
