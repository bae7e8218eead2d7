// Numbers of fetch sessions: unlike on one connection, and the same in every run of a program.
import { expect, it } from 'vitest';
import { nextSessionId } from '../src/consumer/fetch-session.ts';

it('counts by connection, so that what one client did changes no byte of another', () => {
  const [one, other] = [{}, {}];
  expect([nextSessionId(one), nextSessionId(one), nextSessionId(other)]).toEqual([1, 2, 1]);
});
