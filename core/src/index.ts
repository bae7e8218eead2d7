// Public face of the core: pure state machines. No I/O, no clock, no randomness, no async.

export { AssertionError, assert } from './assert.ts';
export * from './decision.ts';
export * from './rows.ts';
