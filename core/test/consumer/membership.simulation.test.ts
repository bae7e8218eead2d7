// Members that join, work, leave, crash, stall and come back, over a network and a broker that fail too. Whatever
// happens: one owner a partition [C-1], no zombie commits [C-21], and when it is quiet everything has its owner.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideAlterTopic, decideCreateTopic, decideDeleteTopic } from '../../src/index.ts';
import { SimGroup } from './sim-group.ts';
import { SimMember } from './sim-member.ts';

const TOPICS = ['a', 'b', 'c'];
const MEMBERS = ['m0', 'm1', 'm2', 'm3', 'm4'];
const SESSION_MS = 10_000;

/** What may happen, with how often it does. */
const WEIGHTS = {
  beat: 30,
  resend: 6,
  deliver: 30,
  loseRequest: 2,
  flush: 20,
  answer: 30,
  loseAnswer: 2,
  finish: 12,
  commit: 12,
  advance: 8,
  start: 6,
  leave: 2,
  kill: 2,
  freeze: 3,
  thaw: 4,
  subscribe: 3,
  crashBroker: 2,
  createTopic: 2,
  growTopic: 2,
  deleteTopic: 1,
} as const;

type Kind = keyof typeof WEIGHTS;
type Step = readonly [kind: Kind, x: number, y: number];

const kindArb = fc.oneof(
  ...(Object.keys(WEIGHTS) as Kind[]).map((kind) => ({
    weight: WEIGHTS[kind],
    arbitrary: fc.constant(kind),
  })),
);
const stepArb: fc.Arbitrary<Step> = fc.tuple(kindArb, fc.nat(997), fc.nat(997));

function pick<T>(list: readonly T[], x: number): T | undefined {
  return list[x % Math.max(list.length, 1)];
}

function takeOut<T>(list: T[], x: number): T | undefined {
  return list.splice(x % Math.max(list.length, 1), 1)[0];
}

function topicsOf(x: number): string[] {
  return TOPICS.filter((_, i) => ((x + 1) >> i) % 2 === 1);
}

function createTopic(sim: SimGroup, x: number, y: number): void {
  const name = pick(TOPICS, x) ?? '';
  const partitions = 1 + (y % 4);
  sim.run(decideCreateTopic, {
    name,
    partitions,
    config: null,
    annotations: null,
    validateOnly: false,
  });
  const topic = sim.state.catalog.topicByName(name);
  if (topic !== undefined) sim.append(topic.topicId, 0);
  sim.flush();
}

function growTopic(sim: SimGroup, x: number): void {
  const topic = pick([...sim.state.catalog.topics.values()], x);
  if (topic === undefined) return;
  const partitions = topic.partitions + 1;
  sim.run(decideAlterTopic, { name: topic.name, partitions, config: null, annotations: null });
}

function deleteTopic(sim: SimGroup, x: number): void {
  sim.run(decideDeleteTopic, { name: pick(TOPICS, x) ?? '' });
  sim.flush();
}

/** A process starts under an id that no other running one has. */
function start(sim: SimGroup, x: number, y: number): void {
  const memberId = pick(MEMBERS, x) ?? '';
  if (sim.members.some((member) => member.options.memberId === memberId)) return;
  const reports = y % 2 === 0 ? 'always' : 'when told';
  const nextLife = () => (sim.lives += 1);
  const topics = topicsOf(y);
  sim.join(new SimMember({ memberId, topics, sessionTimeoutMs: SESSION_MS, reports, nextLife }));
}

type Act = (sim: SimGroup, x: number, y: number, member: SimMember | undefined) => void;

const ACTS: Record<Kind, Act> = {
  beat: (sim, _x, _y, member) => {
    if (member !== undefined && member.outstanding === undefined) sim.send(member);
  },
  /** Gives up waiting for the answer, which may still come to be, and asks again. */
  resend: (sim, _x, _y, member) => {
    if (member?.outstanding !== undefined) sim.send(member);
  },
  deliver: (sim, x) => {
    const message = takeOut(sim.requests, x);
    if (message !== undefined) sim.deliver(message);
  },
  loseRequest: (sim, x) => takeOut(sim.requests, x),
  flush: (sim) => sim.flush(),
  answer: (sim, x) => {
    const isReady = (at: number) => sim.answers[at]?.beat.from.isFrozen !== true;
    const at = x % Math.max(sim.answers.length, 1);
    const answer = isReady(at) ? takeOut(sim.answers, x) : undefined;
    if (answer !== undefined) sim.answer(answer);
  },
  loseAnswer: (sim, x) => takeOut(sim.answers, x),
  finish: (_sim, _x, y, member) => member?.finish(y % 3 === 0),
  /** Also while frozen: what a zombie had under way. */
  commit: (sim, x, y) => {
    const member = pick(sim.members, x);
    const key = pick([...(member?.working ?? [])], y);
    if (member !== undefined && key !== undefined) sim.commit(member, key);
  },
  advance: (sim, x, y) => sim.advance(y % 5 === 0 ? SESSION_MS / 2 + x : x, y % 3 === 0),
  start,
  leave: (sim, _x, _y, member) => member && sim.leave(member),
  kill: (sim, _x, _y, member) => member && sim.kill(member),
  freeze: (_sim, _x, _y, member) => {
    if (member !== undefined) member.isFrozen = true;
  },
  thaw: (sim) => {
    for (const member of sim.members) if (member.isFrozen) sim.thaw(member);
  },
  subscribe: (_sim, _x, y, member) => {
    if (member !== undefined) member.topics = topicsOf(y);
  },
  crashBroker: (sim) => sim.crash(),
  createTopic,
  growTopic,
  deleteTopic,
};

function play(steps: readonly Step[]): SimGroup {
  const sim = new SimGroup();
  createTopic(sim, 0, 3);
  createTopic(sim, 1, 1);
  for (let i = 0; i < 3; i += 1) start(sim, i, i + 6);
  for (const [kind, x, y] of steps) {
    const awake = sim.members.filter((member) => !member.isFrozen);
    ACTS[kind](sim, x, y, pick(awake, x));
    sim.checkOwners();
  }
  return sim;
}

describe('membership under simulation', () => {
  it('has one owner a partition, refuses zombies, and settles', () => {
    let stored = 0;
    let refused = 0;
    const stepsArb = fc.array(stepArb, { minLength: 50, maxLength: 400, size: 'max' });
    fc.assert(
      fc.property(stepsArb, (steps) => {
        const sim = play(steps);
        stored += sim.commitsStored;
        refused += sim.commitsRefused;
        sim.calmDown(40);
        sim.checkConverged();
        const { written } = sim;
        sim.calmDown(3);
        expect(sim.written).toBe(written);
        growTopic(sim, 0);
        deleteTopic(sim, 1);
        sim.calmDown(6);
        sim.checkConverged();
      }),
      { numRuns: 100 },
    );
    expect(stored).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(10);
  });
});
