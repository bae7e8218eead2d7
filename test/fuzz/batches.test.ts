// Record batches, sound and damaged: each is taken or refused with a typed error, and what is taken can be cut, thinned and
// read, with records where the index says they are.

import {
  batchHeader,
  MillraceError,
  readRecords,
  recordBytes,
  recordOffset,
  sliceBatch,
  validateBatch,
  verifyBatch,
} from '@millrace/protocol';
import { batchOf } from './support/batches.ts';
import { fuzzTests, type Target } from './support/fuzz.ts';

const batches: Target = {
  name: 'batches',
  make: batchOf,
  faultOf(input) {
    const readable = refusalOf(() => readRecords(input));
    if (readable?.startsWith('threw')) return `readRecords ${readable}`;
    const taken = refusalOf(() => validateBatch(input));
    if (taken !== undefined)
      return taken.startsWith('threw') ? `validateBatch ${taken}` : undefined;
    return takenFault(input);
  },
};

/** Of a batch that a broker stores: all it does with one without opening its body. */
function takenFault(input: Uint8Array): string | undefined {
  const verified = refusalOf(() => verifyBatch(input));
  if (verified !== undefined) return `it is taken, and verifyBatch says ${verified}`;
  const { count } = batchHeader(input);
  let last = -1;
  for (let at = 0; at < count; at += 1) {
    const offset = recordOffset(input, at);
    if (offset <= last) return 'offsets do not rise';
    last = offset;
    if (!(recordBytes(input, at) >= 0)) return 'a record has no length';
  }
  const slice = refusalOf(() => sliceBatch(input, recordOffset(input, 0), last));
  return slice?.startsWith('threw') ? `sliceBatch ${slice}` : undefined;
}

/** Its code; `threw …` where it is none of ours; undefined where nothing was refused. */
function refusalOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof MillraceError ? error.code : `threw ${String(error)}`;
  }
}

fuzzTests(batches, 1_500);
