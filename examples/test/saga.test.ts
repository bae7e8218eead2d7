// Every way that an order can go: it ends, and what was done or may have been done is undone, the last one first.
import { describe, expect, it } from 'vitest';
import { advance, type Command, type Outcome, STEPS } from '../src/patterns/saga/saga.ts';

type Word = Outcome['outcome'];

/** Answers each command by `forward`, and every undoing with done. */
function play(forward: readonly Word[]): { done: string[]; undone: string[]; state: string } {
  const done: string[] = [];
  const undone: string[] = [];
  let turn = advance({ saga: { order: 'o', state: 'going', at: -1 }, outcome: 'done' });
  for (let commands = 0; turn.command !== undefined; commands += 1) {
    const { saga, step, action }: Command = turn.command;
    if (commands > 2 * STEPS.length) throw new Error('it never ends');
    const outcome = action === 'undo' ? 'done' : (forward[STEPS.indexOf(step)] ?? 'done');
    if (action === 'undo') undone.push(step);
    else if (outcome !== 'refused') done.push(step);
    turn = advance({ saga, outcome, why: outcome });
  }
  return { done, undone, state: turn.saga.state };
}

describe('a saga', () => {
  it('goes through all steps where nobody says no', () => {
    expect(play([])).toEqual({ done: [...STEPS], undone: [], state: 'done' });
  });

  const troubles = STEPS.flatMap((step, at) =>
    (['refused', 'unknown'] as const).map((word) => ({ step, at, word })),
  );

  it.each(troubles)('$word at $step: all that may have happened is undone', ({ at, word }) => {
    const { done, undone, state } = play([...STEPS.slice(0, at).map(() => 'done' as const), word]);
    expect(state).toBe('undone');
    expect(undone).toEqual(done.toReversed());
    expect(done).toHaveLength(word === 'refused' ? at : at + 1);
  });

  it('does not guess where undoing fails, or where it has ended', () => {
    const saga = { order: 'o', at: 1 };
    const undoing = { ...saga, state: 'undoing' } as const;
    expect(() => advance({ saga: undoing, outcome: 'unknown' })).toThrow('somebody has to look');
    const ended = { ...saga, state: 'done' } as const;
    expect(() => advance({ saga: ended, outcome: 'done' })).toThrow('somebody has to look');
  });
});
