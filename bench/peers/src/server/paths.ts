// Where the install scripts of the peers put jars and classes; nothing else may know.

import { join } from 'node:path';

export const SERVERS_DIRECTORY = join(import.meta.dirname, '../../.servers');
