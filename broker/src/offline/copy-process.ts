// A process of its own that copies a data file: node copy-process.js <from> <to>. LMDB's copy cannot be stopped from
// within; whoever started this process can end it at any time, and it ends with its stdin.

import { openLmdbStore } from '@millrace/storage';

const [from = '', to = ''] = process.argv.slice(2);
// Not process.exit: it would wait for the copy.
process.stdin.on('close', () => process.kill(process.pid, 'SIGKILL')).resume();
let store: Awaited<ReturnType<typeof openLmdbStore>> | undefined;
try {
  store = await openLmdbStore({ path: from, readOnly: true });
  await store.copyTo(to);
} catch (error) {
  process.stderr.write((error as Error).message);
  process.exitCode = 1;
} finally {
  await store?.close();
  process.stdin.removeAllListeners('close').destroy();
}
