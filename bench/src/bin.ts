// The bench as a program: runs when imported, with its options in process.argv.

import { main } from './main.ts';

// Whatever may still be open after a failure must not keep the process.
process.exit(await main(process.argv.slice(2)));
