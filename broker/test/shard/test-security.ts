// What the handlers of security work with in tests: no throttle that takes time, and a count of what was taken away.
import { PasswordWork } from '../../src/security/password-work.ts';
import { secretsKey } from '../../src/security/secrets-key.ts';
import type { SecurityServices } from '../../src/security/security-services.ts';

export interface TestSecurity extends SecurityServices {
  /** How often it was said that something was taken away. */
  readonly takenAway: () => number;
  /** `failed` or `succeeded`, with address and user. */
  readonly logins: string[];
}

export function testSecurity(changes: Partial<SecurityServices> = {}): TestSecurity {
  let takenAway = 0;
  const logins: string[] = [];
  return {
    secretsKey: secretsKey(new Uint8Array(32).fill(1)),
    builtInTokens: [],
    passwords: new PasswordWork(),
    saltKey: new Uint8Array(32).fill(2),
    throttle: {
      admit: () => undefined,
      lineMs: () => 0,
      failed: (address, user) => {
        logins.push(`failed ${address} ${user}`);
        return 0;
      },
      succeeded: (address, user) => logins.push(`succeeded ${address} ${user}`),
    },
    audit: undefined,
    onTakenAway: () => {
      takenAway += 1;
    },
    ...changes,
    takenAway: () => takenAway,
    logins,
  };
}
