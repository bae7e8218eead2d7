// The trace runner itself: a script that no longer fits what is printed has to come out different.
import { MillraceError } from '@millrace/protocol';
import { expect, it } from 'vitest';
import { numberOf, replay, type TraceCommands, word } from './trace.ts';

const COMMANDS: TraceCommands = {
  echo: (command) => command.words.join(' '),
  add: (command) => `${numberOf(command, 'a') + numberOf(command, 'b', 1)}`,
  fail: (command) => {
    throw new MillraceError('UNKNOWN_TOPIC', word(command, 0));
  },
  nothing: () => undefined,
};

it('gives back a script that fits', () => {
  const script =
    '# About it.\necho a b\n----\na b\n\nadd a=1_000\n----\n1001\n\nfail no\n----\nUNKNOWN_TOPIC: no\n\nnothing\n----\nok\n';
  expect(replay(script, COMMANDS)).toBe(script);
});

it('replaces output that no longer fits, of any length', () => {
  const printed = replay('echo a\n----\nb\nc\n\necho d\n----\n', COMMANDS);
  expect(printed).toBe('echo a\n----\na\n\necho d\n----\nd\n');
});

it.each([
  ['echo a\n\necho b\n----\n', 'has no ----'],
  ['echo a\n', 'has no ----'],
  ['unknown\n----\n', 'no trace command'],
  ['add a=x\n----\n', 'needs a=NUMBER'],
  ['fail\n----\n', 'lacks word 1'],
])('does not pass over %j', (script, reason) => {
  expect(() => replay(script, COMMANDS)).toThrow(reason);
});
