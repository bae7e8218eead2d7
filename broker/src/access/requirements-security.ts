// What it takes to administer users, what they show themselves by, and access rules.

import type { RequestOf } from '@millrace/protocol';
import type { Asker } from './asker.ts';
import type { RequirementsOf } from './requirement.ts';

type SecurityApi =
  | 'CheckCredential'
  | 'GetAccessKey'
  | 'CreateUser'
  | 'AlterUser'
  | 'DeleteUser'
  | 'ListUsers'
  | 'CreateToken'
  | 'RevokeToken'
  | 'CreateAccessKey'
  | 'RevokeAccessKey'
  | 'AlterAcls'
  | 'ListAcls'
  | 'CheckAccess';

type Rule = RequestOf<'AlterAcls'>['add'][number];

const ALTER = 'alter on the cluster';
const alter = (_: unknown, ask: Asker): void => ask.cluster('alter');
const delegate = (_: unknown, ask: Asker): void => ask.cluster('delegate');
const userDeed = ({ user }: { readonly user: string }) => ({ resource: 'user', name: user });

export const SECURITY_REQUIREMENTS: RequirementsOf<SecurityApi> = {
  CheckCredential: { needs: 'delegate on the cluster', check: delegate },
  GetAccessKey: { needs: 'delegate on the cluster', check: delegate },
  CreateUser: { needs: ALTER, check: alter, deed: userDeed },
  AlterUser: { needs: ALTER, check: alter, deed: userDeed },
  DeleteUser: { needs: ALTER, check: alter, deed: userDeed },
  ListUsers: {
    needs: 'describe on the cluster; of oneself nothing',
    check: ({ users }, ask) => {
      const isSelf = users?.every((name) => name === ask.access.user);
      if (!isSelf) ask.cluster('describe');
    },
  },
  CreateToken: {
    needs: `${ALTER}; delegate, of one that lasts a day at most`,
    check: (_, ask) => {
      if (!ask.access.may('delegate', 'cluster', '')) ask.cluster('alter');
    },
    deed: ({ user, label }) => ({ resource: 'token', name: '', more: { ofUser: user, label } }),
  },
  RevokeToken: {
    needs: `${ALTER}; of a token that is shown nothing`,
    check: ({ token }, ask) => {
      if (token === null) ask.cluster('alter');
    },
    deed: ({ tokenId }) => ({ resource: 'token', name: tokenId }),
  },
  CreateAccessKey: {
    needs: ALTER,
    check: alter,
    deed: ({ user, accessKeyId, label }) => ({
      resource: 'access key',
      name: accessKeyId ?? '',
      more: { ofUser: user, label },
    }),
  },
  RevokeAccessKey: {
    needs: ALTER,
    check: alter,
    deed: ({ accessKeyId }) => ({ resource: 'access key', name: accessKeyId }),
  },
  AlterAcls: {
    needs: ALTER,
    check: alter,
    deed: ({ add, remove }) => ({
      resource: 'acl',
      name: '',
      more: { added: add.map(told), removed: remove.map(told) },
    }),
  },
  ListAcls: {
    needs: 'describe on the cluster; of one’s own rules, and those for all, nothing',
    check: ({ user }, ask) => {
      if (user !== ask.access.user && user !== '*') ask.cluster('describe');
    },
  },
  CheckAccess: {
    needs: 'describe on the cluster; of oneself nothing',
    check: ({ user }, ask) => {
      if (user !== null && user !== ask.access.user) ask.cluster('describe');
    },
  },
};

function told({ user, effect, resource, pattern, name, operation }: Rule): string {
  return `${effect} ${user} ${operation} ${resource} ${pattern} ${name}`.trimEnd();
}
