// The states in which a message of a queue can be. Written out, for help and completion must not load the protocol;
// the types hold the list to the protocol's.

import type { MessageState } from '@millrace/client';

const ABOUT = {
  leased: 'being worked on',
  ready: 'to be delivered again',
  scheduled: 'waiting for a time',
  parked: 'waiting for their key or tenant',
  blocked: 'stopped until somebody decides about them',
  fresh: 'never delivered',
  dead: 'exhausted, rejected, expired or cancelled',
  acknowledged: 'finished',
} as const satisfies { readonly [S in MessageState]: string };

export const MESSAGE_STATES = Object.keys(ABOUT) as readonly MessageState[] as readonly [
  MessageState,
  ...MessageState[],
];

/** States of messages that are under way, in the order in which `queue messages` lists them. */
export const UNDER_WAY = ['leased', 'ready', 'scheduled', 'parked', 'blocked'] as const;
