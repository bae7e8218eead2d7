// Trace commands of transactions, effects, results and attempts, over one Machine, beside those of share groups.
import { ACK_KINDS, type AckKind } from '@millrace/protocol';
import {
  decideClaimEffect,
  decideExpireRows,
  decideKeepAttempt,
  decideReceive,
  getEffect,
  repeatReceive,
} from '../../src/index.ts';
import { batchOf } from '../support/batches.ts';
import { placeOf } from '../support/log-commands.ts';
import type { Machine } from '../support/machine.ts';
import { numberOf, type TraceCommand, type TraceCommands, word } from '../support/trace.ts';
import {
  item,
  offsets,
  type Transaction,
  transact,
  transaction,
} from '../transact/transact-setup.ts';

const TEXT = new TextEncoder();
const DECODER = new TextDecoder();

type Add = (request: Transaction, parts: readonly string[]) => void;

/** A result, an error text, or how long a lease is extended: whichever goes with the kind. */
function ackOptions(kind: AckKind, text: string | undefined) {
  if (text === undefined) return { kind };
  if (kind === 'accept') return { kind, result: TEXT.encode(text) };
  if (kind === 'extend') return { kind, delayMs: Number(text) };
  return { kind, errorText: text };
}

/** Parts of a transaction: `accept:g:orders:0-1:TOKEN`, `append:orders:x,y`, `offset:g:orders:5`, `done:g:KEY:TOKEN`. */
function partsOf(machine: Machine): Readonly<Record<string, Add>> {
  const acknowledge = (kind: AckKind): Add => {
    return (request, [group = '', place = '', range = '', token = '', text]) => {
      const [first = '', last = first] = range.split('-');
      const options = { ...placeOf(machine, place), ...ackOptions(kind, text) };
      const items = [item(Number(first), Number(last), Number(token), options)];
      request.acknowledgements.push({ group, items });
    };
  };
  const end = (how: 'done' | 'abandon'): Add => {
    return (request, [group = '', key = '', token = '', text]) => {
      const value = text === undefined ? null : TEXT.encode(text);
      const effect = { group, key, token: Number(token), end: how, value, ttlMs: 60_000 };
      request.effects.push(effect);
    };
  };
  return {
    ...Object.fromEntries(ACK_KINDS.map((kind) => [kind, acknowledge(kind)])),
    append: (request, [place = '', values = '']) => {
      const target = placeOf(machine, place);
      request.batches.push({ ...target, batch: batchOf(values.split(',')), expectedOffset: null });
    },
    offset: (request, [group = '', place = '', offset = '']) => {
      const { topicId, partition } = placeOf(machine, place);
      request.offsets.push(offsets(group, [topicId, partition, Number(offset)]));
    },
    done: end('done'),
    abandon: end('abandon'),
  };
}

function requestOf(machine: Machine, { words: [id = '', ...parts] }: TraceCommand): Transaction {
  const empty = { batches: [], acknowledgements: [], offsets: [], effects: [] };
  const request = transaction(id, empty);
  const add = partsOf(machine);
  for (const part of parts) {
    const [kind = '', ...rest] = part.split(':');
    const found = add[kind];
    if (found === undefined) throw new Error(`no part of a transaction is named ${kind}`);
    found(request, rest);
  }
  return request;
}

function onceCommands(machine: Machine): TraceCommands {
  return {
    transact: (command) => {
      const { repeated, batches } = transact(machine, requestOf(machine, command)).reply;
      const told = batches.map(({ baseOffset, duplicates }) => {
        const rest = (duplicates ?? []).map(({ index, offset }) => `, ${index} is ${offset}`);
        return `offset ${baseOffset}${rest.join('')}`;
      });
      return [repeated ? 'done before' : 'done', ...told].join('\n');
    },
    result: (command) => {
      const { groupId } = machine.state.catalog.groupByName(word(command, 0)) ?? { groupId: 0 };
      const { topicId, partition } = placeOf(machine, word(command, 1));
      const key = [groupId, topicId, partition, Number(word(command, 2))] as const;
      const row = machine.view.get('results', key);
      if (row === undefined) return 'none';
      const [value, atMs, expiresAtMs] = row;
      return `${DECODER.decode(value)} at ${atMs} until ${expiresAtMs}`;
    },
    'expire-rows': (command) => {
      const reply = machine.run(decideExpireRows, { rowsMax: numberOf(command, 'rows', 100) });
      const { rowsRemoved, passedOver, more } = reply;
      return `removed ${rowsRemoved} passed over ${passedOver}${more ? ', more' : ''}`;
    },
  };
}

function effectCommands(machine: Machine): TraceCommands {
  return {
    claim: (command) => {
      const request = {
        group: word(command, 0),
        key: word(command, 1),
        memberId: word(command, 2),
      };
      const ttlMs = numberOf(command, 'ttl', 1_000);
      const { granted, ...effect } = machine.run(decideClaimEffect, { ...request, ttlMs });
      return `${granted ? 'granted' : 'not granted'}: ${effectText(effect)}`;
    },
    effect: (command) => {
      const request = { group: word(command, 0), key: word(command, 1) };
      return effectText(machine.run(getEffect, request));
    },
  };
}

interface Effect {
  readonly state: string;
  readonly token: number | null;
  readonly memberId: string | null;
  readonly untilMs: number | null;
  readonly value: Uint8Array | null;
}

function effectText({ state, token, memberId, untilMs, value }: Effect): string {
  if (token === null) return state;
  const text = value === null ? '' : ` "${DECODER.decode(value)}"`;
  return `${state} token ${token} by ${memberId} until ${untilMs}${text}`;
}

function attemptCommands(machine: Machine): TraceCommands {
  return {
    /** `attempt g orders ID member`: a receive that names its attempt. */
    attempt: (command) => {
      const { groupId } = machine.state.catalog.groupByName(word(command, 0)) ?? { groupId: 0 };
      const place = placeOf(machine, word(command, 1));
      const [attemptId, memberId] = [word(command, 2), word(command, 3)];
      const maxBytes = 1_000_000;
      const repeat = { groupId, memberId, attemptId, maxBytes };
      const before = machine.run(repeatReceive, repeat);
      const maxMessages = numberOf(command, 'max', 10);
      const visibilityTimeoutMs = null;
      const fresh = { ...place, groupId, memberId, maxMessages, maxBytes, visibilityTimeoutMs };
      const leases = before ?? machine.run(decideReceive, fresh).leases;
      const placed = leases.map((lease) => ({ ...place, ...lease }));
      if (before === null && placed.length > 0) {
        machine.run(decideKeepAttempt, { groupId, attemptId, leases: placed });
      }
      const lines = leases.map(({ firstOffset, lastOffset, token, deliveries, deadlineMs }) => {
        return `${firstOffset}-${lastOffset} token ${token} delivery ${deliveries} until ${deadlineMs}`;
      });
      return [before === null ? 'fresh' : 'repeated', ...lines].join('\n');
    },
  };
}

export function transactCommands(machine: Machine): TraceCommands {
  return { ...onceCommands(machine), ...effectCommands(machine), ...attemptCommands(machine) };
}
