// Opens a data directory and says so, or says why not. Arguments: the compiled package, the data directory, and
// `leave` to let the directory go again at once.
import { writeSync } from 'node:fs';

const [url, directory, then] = process.argv.slice(2);
const { openDataDirectory } = await import(url);

try {
  const held = await openDataDirectory(directory);
  writeSync(1, 'held\n');
  if (then === 'leave') await held.close();
  else setInterval(() => undefined, 1_000);
} catch (error) {
  writeSync(1, `${error.code} ${error.pid}\n`);
}
