// Topics by name and by pattern, as they are sent.
import { describe, expect, it } from 'vitest';
import { subscriptionOption, type TopicChoice } from '../src/consumer/subscription.ts';

const pattern = (choice: TopicChoice | TopicChoice[]) =>
  subscriptionOption(choice, true).topicPattern;

describe('topics', () => {
  it.each<[TopicChoice | TopicChoice[], string[], string | null]>([
    ['a', ['a'], null],
    [['a', 'b'], ['a', 'b'], null],
    [/^orders-/, [], '.*(?:^orders-).*'],
    [{ pattern: 'orders-.*' }, [], 'orders-.*'],
    [['a', /x$/, { pattern: 'y' }], ['a'], '(?:.*(?:x$).*)|(?:y)'],
    [/[(?=]\(\?=\\/, [], '.*(?:[(?=]\\(\\?=\\\\).*'],
  ])('%j', (given, topics, topicPattern) => {
    expect(subscriptionOption(given, true)).toEqual({ topics, topicPattern });
  });

  it.each<[string, TopicChoice | TopicChoice[], string]>([
    ['flags', /a/i, 'take no flags'],
    ['looking ahead', /a(?=b)/, 'linear time'],
    ['looking behind', /(?<!a)b/, 'linear time'],
    ['back references', /(a)\1/, 'linear time'],
    ['named back references', /(?<x>a)\k<x>/, 'linear time'],
    ['an empty pattern', { pattern: '' }, 'none is empty'],
    ['nothing', [], 'from 1 to'],
    ['an empty name', ['a', ''], 'from 1 to'],
    ['too long a pattern', { pattern: 'x'.repeat(513) }, '513 bytes'],
    ['what is no topic', 7 as never, 'none is empty'],
  ])('refuses %s', (_, given, text) => {
    expect(() => pattern(given)).toThrow(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        message: expect.stringContaining(text),
        detail: expect.objectContaining({ field: 'topics' }),
      }),
    );
  });

  it('by pattern need a group', () => {
    expect(() => subscriptionOption(/a/, false)).toThrow('need a group');
  });

  it('a RegExp means what its test() says', () => {
    const whole = (name: string, choice: RegExp) =>
      new RegExp(`^(?:${pattern(choice)})$`).test(name);
    for (const choice of [/^orders/, /s$/, /der/, /^a|b$/]) {
      for (const name of ['orders', 'my-orders', 'a1', '1b', 'xbx']) {
        expect([name, whole(name, choice)]).toEqual([name, choice.test(name)]);
      }
    }
  });
});
