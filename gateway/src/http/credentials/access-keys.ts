// The keys that SQS requests are signed with, by their public ids. It verifies nothing.

export interface AccessKeys {
  /** True: signatures are not asked for, and not looked at. */
  readonly isEmpty: boolean;
  /** The secret of a key, or undefined where nobody has this key. */
  secretOf(id: string): string | undefined;
}

export const NO_ACCESS_KEYS: AccessKeys = { isEmpty: true, secretOf: () => undefined };

export function accessKeys(secrets: ReadonlyMap<string, string>): AccessKeys {
  return { isEmpty: secrets.size === 0, secretOf: (id) => secrets.get(id) };
}
