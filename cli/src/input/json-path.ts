// A dotted path into a JSON value, such as `user.id` or `items.0.sku`. A backslash keeps a dot: `a\.b` is one name.

import { usage } from '../errors/cli-error.ts';

export type JsonPath = readonly string[];

export function parseJsonPath(text: string): JsonPath {
  const dotted = text.replace(/^\$?\.?/, '');
  const names = dotted.split(/(?<!\\)\./).map((name) => name.replaceAll('\\.', '.'));
  if (names.some((name) => name === '')) {
    throw usage(
      `'${text}' is not a path: write names joined by dots, such as user.id or items.0.sku`,
    );
  }
  return names;
}

/** The value at the path, or undefined. Own properties only: a path never reaches into JavaScript's own objects. */
export function valueAt(value: unknown, path: JsonPath): unknown {
  let present = value;
  for (const name of path) {
    if (typeof present !== 'object' || present === null || !Object.hasOwn(present, name)) {
      return undefined;
    }
    present = (present as { readonly [name: string]: unknown })[name];
  }
  return present;
}

/** A key as text: text as it is, other values as JSON; null where there is none. */
export function keyAt(value: unknown, path: JsonPath): string | null {
  const found = valueAt(value, path);
  if (found === undefined || found === null) return null;
  return typeof found === 'string' ? found : JSON.stringify(found);
}
