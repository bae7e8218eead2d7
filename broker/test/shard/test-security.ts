// What the handlers of security work with in tests: no throttle that takes time, and a record of what ended.
import { PasswordWork } from '../../src/security/password-work.ts';
import { secretsKey } from '../../src/security/secrets-key.ts';
import type { EndedCredential, SecurityServices } from '../../src/security/security-services.ts';

export interface TestSecurity extends SecurityServices {
  readonly endings: EndedCredential[];
  /** `failed` or `succeeded`, with address and user. */
  readonly logins: string[];
}

export function testSecurity(changes: Partial<SecurityServices> = {}): TestSecurity {
  const endings: EndedCredential[] = [];
  const logins: string[] = [];
  return {
    secretsKey: secretsKey(new Uint8Array(32).fill(1)),
    builtInTokens: [],
    passwords: new PasswordWork(),
    saltKey: new Uint8Array(32).fill(2),
    throttle: {
      admit: () => undefined,
      failed: (address, user) => {
        logins.push(`failed ${address} ${user}`);
        return 0;
      },
      succeeded: (address, user) => logins.push(`succeeded ${address} ${user}`),
    },
    audit: undefined,
    ended: (credential) => endings.push(credential),
    ...changes,
    endings,
    logins,
  };
}
