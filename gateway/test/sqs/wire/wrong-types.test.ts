// A value of a wrong type in every place of every action's input: it is refused as such, wherever it stands.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACTIONS, type ActionName } from '../../../src/sqs/model/actions.ts';
import type { Members, Shape } from '../../../src/sqs/model/shape.ts';
import { type SqsServer, startSqsServer } from './sqs-server.ts';
import { sampleOf, sendJson } from './verdict.ts';

let server: SqsServer;

beforeAll(async () => {
  server = await startSqsServer();
});
afterAll(async () => {
  await server.close();
});

interface Place {
  readonly path: readonly (string | number)[];
  readonly kind: Shape['kind'];
}

function placesOf(shape: Shape, path: Place['path']): Place[] {
  const here = { path, kind: shape.kind };
  if (shape.kind === 'list') return [here, ...placesOf(shape.item, [...path, 0])];
  if (shape.kind === 'map') return [here, ...placesOf(shape.value, [...path, 'name'])];
  if (shape.kind === 'struct') return [here, ...placesIn(shape.members, path)];
  return [here];
}

function placesIn(members: Members, path: Place['path']): Place[] {
  return Object.entries(members).flatMap(([name, { shape }]) => placesOf(shape, [...path, name]));
}

function withValueAt(input: unknown, path: Place['path'], value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const inner = (input as Record<string | number, unknown>)[first];
  const changed = withValueAt(inner, rest, value);
  if (Array.isArray(input)) return input.with(Number(first), changed);
  return { ...(input as object), [first]: changed };
}

const WRONG: Readonly<Record<Shape['kind'], readonly unknown[]>> = {
  text: [1, true, [], {}],
  integer: ['x', 1.5, true, [], {}, '9'.repeat(17), 1e20],
  flag: ['true', 1, [], {}],
  blob: [1, true, [], {}, '*', 'A'],
  list: ['x', 1, true, {}],
  map: ['x', 1, true, []],
  struct: ['x', 1, true, []],
};

test.each(Object.keys(ACTIONS) as ActionName[])('%s', async (action) => {
  const { input } = ACTIONS[action];
  const right = sampleOf(input);
  expect(await sendJson(server, action, right)).toEqual({ status: 200, fault: '' });
  for (const { path, kind } of placesIn(input, [])) {
    for (const value of WRONG[kind]) {
      const verdict = await sendJson(server, action, withValueAt(right, path, value));
      expect({ path, value, ...verdict }).toEqual({
        path,
        value,
        status: 400,
        fault: 'SerializationException',
      });
    }
    const { status } = await sendJson(server, action, withValueAt(right, path, null));
    expect([200, 400]).toContain(status);
  }
});
