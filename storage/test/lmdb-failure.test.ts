import { constants } from 'node:os';
import { expect, it } from 'vitest';
import { explainFailure } from '../src/lmdb-failure.ts';

const { EDQUOT, EIO, ENOMEM, ENOSPC } = constants.errno;

/** As lmdb-js rejects: LMDB's own error comes by a promise of its own. */
function rejection(code: number | undefined): Error {
  const cause = Object.assign(new Error(`LMDB says ${code}`), { code });
  return Object.assign(new Error('Commit failed'), { commitError: Promise.reject(cause) });
}

it.each([
  ['the map cannot grow', -30_792, true, 'COMMIT_ABORTED', 'full'],
  ['memory ran out', ENOMEM, true, 'COMMIT_ABORTED', 'io'],
  ['the disk was full all the same', ENOSPC, true, 'FLUSH_UNKNOWN', undefined],
  ['a quota was used up', EDQUOT, true, 'FLUSH_UNKNOWN', undefined],
  ['a write or a flush failed', EIO, true, 'FLUSH_UNKNOWN', undefined],
  ['nobody knows this one', -30_779, true, 'FLUSH_UNKNOWN', undefined],
  ['there is no code', undefined, true, 'FLUSH_UNKNOWN', undefined],
  ['the head was not written', ENOSPC, false, 'FLUSH_UNKNOWN', undefined],
])('a failed commit where %s', async (_, code, stillReads, kind, reason) => {
  const error = await explainFailure({ error: rejection(code), stillReads });
  expect(error).toMatchObject({ code: kind, cause: { message: `LMDB says ${code}` } });
  expect('reason' in error ? error.reason : undefined).toBe(reason);
});

it('a failed commit without an error of LMDB', async () => {
  const thrown = await explainFailure({ error: new Error('closed'), stillReads: true });
  expect(thrown).toMatchObject({ code: 'FLUSH_UNKNOWN', cause: { message: 'closed' } });
  const strange = await explainFailure({ error: 'text', stillReads: true });
  expect(strange).toMatchObject({ code: 'FLUSH_UNKNOWN', cause: { message: 'text' } });
});
