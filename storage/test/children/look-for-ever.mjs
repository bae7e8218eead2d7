// Begins to look at a data file beside a broker, says so, and does not end. Arguments: the compiled package, the file.
import { writeSync } from 'node:fs';
import { dirname } from 'node:path';

const [url, file] = process.argv.slice(2);
const { lookBeside } = await import(new URL('look-beside.js', url).href);

await lookBeside(file, () => {
  writeSync(1, `${dirname(file)}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
