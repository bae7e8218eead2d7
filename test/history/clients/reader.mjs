// A member of the consumer group of a history as a process.
import { runClient } from './client-process.mjs';
import { readAll } from './reading.mjs';

await runClient(readAll);
