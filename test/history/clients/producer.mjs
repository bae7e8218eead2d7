// A producer of a history as a process.
import { runClient } from './client-process.mjs';
import { produceAll } from './producing.mjs';

await runClient(produceAll);
