// The two stores: the outside system's ledger and our status table, each an LMDB file, also with another process at it.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TemporaryDirectory } from '@millrace/harness';
import { afterEach, expect, test } from 'vitest';
import { OutsideLedger, readLedger } from '../../src/stores/outside-ledger.ts';
import { readStates, readStatuses, StatusTable } from '../../src/stores/status-table.ts';

const directory = new TemporaryDirectory('millrace-stores-');
const open: { close(): Promise<void> }[] = [];
let files = 0;

afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
});

function newPath(): string {
  files += 1;
  return join(directory.path, `store-${files}`);
}

function ledgerAt(path: string): OutsideLedger {
  const ledger = new OutsideLedger(path);
  open.push(ledger);
  return ledger;
}

function tableAt(path: string): StatusTable {
  const table = new StatusTable(path);
  open.push(table);
  return table;
}

const row = (key: string) => ({ key, worker: 'W1', messageId: `m-${key}`, atMs: 1 });

test('the ledger takes an effect as often as it comes, in order', () => {
  const ledger = ledgerAt(newPath());
  for (const key of ['b', 'a', 'b']) expect(ledger.append(row(key))).toBe(true);
  expect(ledger.rows().map(({ key }) => key)).toEqual(['b', 'a', 'b']);
  expect([ledger.count('a'), ledger.count('b'), ledger.count('c')]).toEqual([1, 2, 0]);
});

test('with keys, the second time does nothing', () => {
  const ledger = ledgerAt(newPath());
  expect([ledger.append(row('a'), true), ledger.append(row('a'), true)]).toEqual([true, false]);
  expect(ledger.rows()).toEqual([row('a')]);
});

test('a message is started, tried again, completed, and stays so', () => {
  const table = tableAt(newPath());
  table.start(row('a'));
  expect(table.isCompleted('a')).toBe(false);
  table.start({ ...row('a'), worker: 'W2' });
  table.complete({ ...row('a'), worker: 'W2' });
  table.start(row('a'));
  expect(table.isCompleted('a')).toBe(true);
  expect(table.rows()).toEqual([{ ...row('a'), status: 'COMPLETED', attempts: 3 }]);
});

test('only newer versions set a state, unless the last one is to win', () => {
  const table = tableAt(newPath());
  const state = (version: number) => ({ entity: 'e1', version, work: version * 10 });
  const set = (version: number, onlyNewer: boolean) => table.setState(state(version), onlyNewer);
  expect([set(2, true), set(1, true), set(2, true), set(3, true)]).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect(table.states()).toEqual([state(3)]);
  expect(set(1, false)).toBe(true);
  expect(table.states()).toEqual([state(1)]);
});

test('what nobody has opened has no rows, and no file appears', async () => {
  const path = newPath();
  expect([await readLedger(path), await readStatuses(path), await readStates(path)]).toEqual([
    [],
    [],
    [],
  ]);
  expect(existsSync(path)).toBe(false);
});

test('what another process has appended is there, with numbers that go on', async () => {
  const path = newPath();
  const ledger = ledgerAt(path);
  ledger.append(row('ours'));
  const module = new URL('../../dist/stores/outside-ledger.js', import.meta.url);
  const program = `
    const { OutsideLedger } = await import(${JSON.stringify(module.href)});
    const ledger = new OutsideLedger(${JSON.stringify(path)});
    ledger.append({ key: 'theirs', worker: 'W2', messageId: 'm', atMs: 2 });
    await ledger.close();`;
  const args = ['--input-type=module', '-e', program];
  await promisify(execFile)(process.execPath, args);
  ledger.append(row('ours'));
  expect((await readLedger(path)).map(({ key }) => key)).toEqual(['ours', 'theirs', 'ours']);
});
