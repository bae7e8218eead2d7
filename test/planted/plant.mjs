// Puts the bug that `MILLRACE_PLANT` names into what is loaded: into sources, as a plugin of vite, and into what was built, as a
// hook of node's loader in every process that is started from here.

import { PLANTS } from './plants.mjs';

/** Throws where no bug has the name. */
export function plantNamed(/** @type {string} */ name) {
  const plant = Object.hasOwn(PLANTS, name) ? PLANTS[name] : undefined;
  if (plant !== undefined) return plant;
  throw new RangeError(
    `MILLRACE_PLANT: there are ${Object.keys(PLANTS).join(', ')}, not '${name}'`,
  );
}

/**
 * Undefined: the file is another one. Throws where the line is not there once.
 *
 * @param {import('./plants.mjs').Plant} plant
 * @param {string} path
 * @param {string} text
 */
export function planted({ file, from, to }, path, text) {
  const built = file.replace('/src/', '/dist/');
  if (!path.endsWith(`/${file}.ts`) && !path.endsWith(`/${built}.js`)) return undefined;
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${path} has ${parts.length - 1} times: ${from}`);
  return parts.join(to);
}

/** For vite's plugins; processes that are started later get it by their environment. */
export function planting(/** @type {string} */ name) {
  const plant = plantNamed(name);
  const register = new URL('register.mjs', import.meta.url).href;
  const options = process.env['NODE_OPTIONS'] ?? '';
  if (!options.includes(register)) process.env['NODE_OPTIONS'] = `${options} --import ${register}`;
  return {
    name: 'planted-bug',
    enforce: /** @type {const} */ ('pre'),
    transform: (/** @type {string} */ code, /** @type {string} */ id) => planted(plant, id, code),
  };
}
