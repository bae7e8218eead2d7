// The hook of node's loader that plants a bug into what was built.
import { planted, plantNamed } from './plant.mjs';

const plant = plantNamed(process.env['MILLRACE_PLANT'] ?? '');

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!url.startsWith('file:') || loaded.source === undefined || loaded.source === null)
    return loaded;
  const { source: read } = loaded;
  const text = typeof read === 'string' ? read : Buffer.from(read).toString('utf8');
  const source = planted(plant, new URL(url).pathname, text);
  return source === undefined ? loaded : { ...loaded, source };
}
