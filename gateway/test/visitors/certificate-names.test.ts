// Whose name a certificate may have: TLS has verified it, and still it may not be what is built in.

import type { Client } from '@millrace/client';
import { expect, test } from 'vitest';
import { Credentials } from '../../src/visitors/credentials.ts';

test('[A-63] no certificate makes its owner the administrator, whose name authorities give out freely', async () => {
  const credentials = new Credentials({} as Client);
  const ownerOf = async (user: string) =>
    credentials.ownerOf({ kind: 'certificate', user }, '192.0.2.1');
  await expect(ownerOf('admin')).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  expect(await ownerOf('ada')).toEqual({ user: 'ada', expiresAtMs: null });
});
