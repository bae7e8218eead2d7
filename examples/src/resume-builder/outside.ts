// Stands for services that are not ours: mail, chat. Like good ones they take a key with each message and send it once for each key.
// A message that was sent is a file.

import { randomUUID } from 'node:crypto';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface OutsideService {
  send(key: string, text: string): Promise<'sent' | 'sent before'>;
}

export async function openService(directory: string, name: string): Promise<OutsideService> {
  const folder = join(directory, name);
  await mkdir(folder, { recursive: true });
  return {
    async send(key, text) {
      const draft = join(folder, `.draft-${randomUUID()}`);
      await writeFile(draft, text);
      try {
        // Whole or not at all, and never over another one.
        await link(draft, join(folder, `${key}.txt`));
        return 'sent';
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        return 'sent before';
      } finally {
        await rm(draft, { force: true });
      }
    },
  };
}
