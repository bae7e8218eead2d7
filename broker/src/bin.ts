// millrace-broker: serves until it is told to stop. Runs when imported; its options are in process.argv.

import { runBroker } from './run-broker.ts';

await runBroker(process.argv.slice(2), process.env);
