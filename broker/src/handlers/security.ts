// Users, tokens, access keys and access rules.

import { MillraceError } from '@millrace/protocol';

export function createSecurityHandlers() {
  const refuse = (): never => {
    throw new MillraceError('UNKNOWN_API');
  };
  return {
    CheckCredential: refuse,
    GetAccessKey: refuse,
    CreateUser: refuse,
    AlterUser: refuse,
    DeleteUser: refuse,
    ListUsers: refuse,
    CreateToken: refuse,
    RevokeToken: refuse,
    CreateAccessKey: refuse,
    RevokeAccessKey: refuse,
    AlterAcls: refuse,
    ListAcls: refuse,
    CheckAccess: refuse,
  };
}
