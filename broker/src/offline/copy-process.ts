// A process of its own that copies a data file: node copy-process.js <from> <to>. LMDB's copy cannot be stopped from
// within; whoever started this process can end it at any time.

import { openLmdbStore } from '@millrace/storage';

const [from = '', to = ''] = process.argv.slice(2);
const store = await openLmdbStore({ path: from, readOnly: true });
try {
  await store.copyTo(to);
} finally {
  await store.close();
}
