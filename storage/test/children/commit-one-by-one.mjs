// Commits one stage after the other and tells on stdout what became of each. A test runs it, mostly under strace.
// Arguments: the compiled package, the data file, sync mode, commits, bytes of a value, `plain` for no journal.
import { writeSync } from 'node:fs';

const [url, path, sync, commits, bytes, kind] = process.argv.slice(2);
const { Committer, openLmdbStore, openStore } = await import(url);

// It absorbs at its end, so that calls of commits are not mixed with those of the data file.
const store =
  kind === 'plain'
    ? await openLmdbStore({ path, sync })
    : await openStore({ path, sync, absorbAfterMs: 600_000 });
const committer = new Committer({ store });
writeSync(1, 'open\n');

for (let i = 0; i < Number(commits); i += 1) {
  const value = new Uint8Array(Number(bytes)).fill(i + 1);
  try {
    await committer.durable(committer.stage([{ table: 'batches', key: [1, 0, i], value }]));
    writeSync(1, `done ${i}\n`);
  } catch (error) {
    writeSync(1, `${error.code} ${i} ${error.reason ?? ''}\n`);
    // As a broker has to: nothing after this can be trusted, not even closing.
    if (error.code === 'FLUSH_UNKNOWN') process.kill(process.pid, 'SIGKILL');
  }
}
await store.close();
writeSync(1, 'closed\n');
