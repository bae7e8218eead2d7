// A member of every share group of a history, twice, as a process.
import { runClient } from './client-process.mjs';
import { workOnAll } from './queue-work.mjs';

await runClient(workOnAll);
