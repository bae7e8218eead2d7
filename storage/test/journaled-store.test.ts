import { join } from 'node:path';
import { openStore } from '../src/journal/open-store.ts';
import { describeStore } from './conformance.ts';
import { scratchDirectory } from './scratch-directory.ts';

const scratchFile = (): string => join(scratchDirectory(), 'shard-0.mdb');

describeStore('the journal before LMDB', () => openStore({ path: scratchFile() }));
describeStore('the journal before LMDB, absorbed at each commit', () =>
  openStore({ path: scratchFile(), absorbBytes: 1 }),
);
describeStore('the journal before LMDB, in files as small as can be', () =>
  openStore({ path: scratchFile(), journalBytesMin: 8_192, journalBytesMax: 16_384 }),
);
describeStore('a store of a broker, sync os', () => openStore({ path: scratchFile(), sync: 'os' }));
