// What the load writes to.

export const TOPIC = 'power';
export const PARTITIONS = 3;
export const GROUP = 'power';
/** Takes from TOPIC as well, and answers each message by one in PAIRS: both in one commit, or neither. */
export const PAIRS = 'pairs';
export const READERS = 'readers';
