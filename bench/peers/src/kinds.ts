// The kinds of peers by name, each loaded when it is asked for: no client shares a process with another.

import type { PeerKind } from '@millrace/bench';

export const KINDS: Readonly<Record<string, () => Promise<PeerKind>>> = {};
