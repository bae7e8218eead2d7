// Loaded into the broker's process before it, by `node --import`; it is no part of the bench's own. At each SIGUSR2 it
// starts a CPU profile, or ends it and writes it to the directory that its own address names.

import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { FILES, SAMPLING_US } from './hand-over.ts';

const directory = new URL(import.meta.url).searchParams.get('directory') ?? '.';
const session = new Session();
session.connect();
let isOn = false;

process.on('SIGUSR2', () => {
  isOn = !isOn;
  void (isOn ? start() : stop());
});

async function start(): Promise<void> {
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_US });
  await session.post('Profiler.start');
  writeFileSync(join(directory, FILES.started), '');
}

async function stop(): Promise<void> {
  const { profile } = await session.post('Profiler.stop');
  const unfinished = join(directory, FILES.unfinished);
  writeFileSync(unfinished, JSON.stringify(profile));
  renameSync(unfinished, join(directory, FILES.profile));
}
