// Holds a data directory and commits, several stages at a time, until it is killed. It tells each number on stdout
// once the stage of that number is durable. Arguments: the compiled package, the data directory, the first number, and
// `small` for a journal that is overwritten all the time.
import { writeSync } from 'node:fs';
import { join } from 'node:path';

const [url, directory, first, size] = process.argv.slice(2);
const { Committer, openDataDirectory, openStore } = await import(url);

const held = await openDataDirectory(directory);
const small = {
  journalBytesMin: 65_536,
  journalBytesMax: 131_072,
  absorbBytes: 1,
  absorbAfterMs: 1,
};
const path = join(held.path, 'shard-0.mdb');
const store = await openStore({ ...(size === 'small' && small), path, directory: held });
const committer = new Committer({ store });
let next = Number(first);

async function work() {
  for (;;) {
    const number = next;
    next += 1;
    const value = new Uint8Array(100 + (number % 7) * 3_000).fill(number & 0xff);
    const seq = committer.stage([
      { table: 'batches', key: [1, 0, number], value },
      { table: 'segments', key: [1, 0, number], value: { number, bytes: value.length } },
      { table: 'meta', key: ['newest'], value: number },
    ]);
    await committer.durable(seq);
    writeSync(1, `${number}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, work));
