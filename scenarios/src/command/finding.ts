// What a look or a check found: a sentence, or what is wrong.

import type { Finding } from './text.ts';

/** Says what it found; throws what is wrong. */
export type Look = () => Promise<string>;

export async function finding(what: string, look: Look): Promise<Finding> {
  try {
    return { what, ok: true, found: await look() };
  } catch (error) {
    return { what, ok: false, found: error instanceof Error ? error.message : String(error) };
  }
}
