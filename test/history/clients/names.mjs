// What the topics and groups of a history are called, and the settings that its rules are judged by.

export const JOBS = { topic: 'jobs', partitions: 3 };
export const FEED = { topic: 'in', partitions: 4 };
export const OUTPUTS = [
  { topic: 'out', partitions: 3 },
  { topic: 'thirds', partitions: 1 },
];
export const TRANSFORM_GROUP = 'transform';
export const READERS_GROUP = 'readers';

export const MAX_DELIVERIES = 4;
export const VISIBILITY_MS = 600;

/** @typedef {{ name: string, ordering: 'none' | 'key' }} ShareGroup */

/** @type {readonly ShareGroup[]} */
export const SHARE_GROUPS = [
  { name: 'plain', ordering: 'none' },
  { name: 'ordered', ordering: 'key' },
];
