// Users, tokens, access keys and access rules in a data directory: how many there are of whom, and whether they fit together.
// Nothing of a password, a token or a secret is shown, also not what is kept of it.

import type { View } from '@millrace/core';
import type { Problems } from './problems.ts';

const OWNED = ['tokens', 'accessKeys', 'acls'] as const;

export function usersOf(view: View) {
  const owned = OWNED.map((table) => countByUser(view, table));
  return [...view.range('users', {})].map(([[user], row]) => {
    const { createdAtMs, superuser, disabled, password } = row;
    const [tokens = 0, accessKeys = 0, rules = 0] = owned.map((counts) => counts.get(user) ?? 0);
    const hasPassword = password !== null;
    return { user, createdAtMs, superuser, disabled, hasPassword, tokens, accessKeys, rules };
  });
}

function countByUser(view: View, table: (typeof OWNED)[number]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, { user }] of view.range(table, {})) counts.set(user, (counts.get(user) ?? 0) + 1);
  return counts;
}

/** Whatever is somebody's belongs to a user who is there; rules may be for everybody. */
export function checkSecurity(view: View, problems: Problems): void {
  for (const table of OWNED) {
    for (const [[id], { user }] of view.range(table, {})) {
      const isEverybody = table === 'acls' && user === '*';
      if (isEverybody || view.get('users', [user]) !== undefined) continue;
      problems.contradiction({ table, message: `${id} belongs to user ${user}, who is not there` });
    }
  }
}
