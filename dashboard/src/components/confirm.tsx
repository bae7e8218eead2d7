// Asks before something is done that matters: says what will happen, with counts of a dry run, before there is a button to
// do it. The button names the act; the focus is on Cancel. Who closes it while it is being done learns the outcome all the same.
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../api/problem.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { TextField } from './fields.tsx';
import { ProblemNote } from './note.tsx';
import { Loading } from './page.tsx';
import { useShownProblem } from './shown-problem.ts';

/** What will happen, and the words on the button: `Purge 1,204 messages`. */
export interface Consequence {
  readonly says: ComponentChildren;
  readonly act: string;
  /** Why there is nothing to do: the button cannot be pressed. */
  readonly isNothing?: boolean;
}

export interface ConfirmOptions {
  readonly title: string;
  /** What will happen: at once, or by asking the gateway for a dry run. */
  readonly consequence: Consequence | ((signal: AbortSignal) => Promise<Consequence>);
  /** Does it. What it throws is shown, and the question stays, with what would happen now. */
  readonly run: () => Promise<unknown>;
  /** It destroys, or gives up something: a red button. */
  readonly isDanger?: boolean;
  /** Has to be typed first: for what cannot be undone. */
  readonly typeName?: string;
}

interface Question extends ConfirmOptions {
  readonly id: number;
  readonly close: () => void;
  readonly answer: (isDone: boolean) => void;
}

const question = signal<Question | undefined>(undefined);
let lastId = 0;

/** True once it was done; false where it was not wanted. */
export function confirmAct(options: ConfirmOptions): Promise<boolean> {
  question.peek()?.answer(false);
  lastId += 1;
  const id = lastId;
  const close = () => {
    if (question.peek()?.id === id) question.value = undefined;
  };
  return new Promise((resolve) => {
    const answer = (isDone: boolean) => {
      close();
      resolve(isDone);
    };
    question.value = { ...options, id, close, answer };
  });
}

export function ConfirmHost() {
  const asked = question.value;
  return asked === undefined ? null : <Asked key={asked.id} {...asked} />;
}

function Asked({ title, consequence, run, isDanger, typeName, close, answer }: Question) {
  const { known, uncounted, countAgain } = useConsequence(consequence);
  const [problem, setProblem, isHere] = useShownProblem();
  const [isBusy, setBusy] = useState(false);
  const [typed, setTyped] = useState('');
  const isReady = known !== undefined && known.isNothing !== true && !isBusy;
  const isNamed = typeName === undefined || typed === typeName;
  const act = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await run();
      answer(true);
    } catch (error) {
      setProblem(error as Problem);
      if (!isHere()) return answer(false);
      setBusy(false);
      countAgain();
    }
  };
  const leave = () => (isBusy ? close() : answer(false));
  const foot = (
    <>
      <Button autoFocus onPress={leave}>
        Cancel
      </Button>
      <Button
        kind={isDanger ? 'danger' : 'primary'}
        isDisabled={!isReady || !isNamed}
        onPress={() => void act()}
      >
        {known?.act ?? 'Counting…'}
      </Button>
    </>
  );
  return (
    <Dialog title={title} onClose={leave} foot={foot}>
      {known === undefined && uncounted === undefined ? <Loading rows={2} /> : null}
      {known === undefined ? null : <div>{known.says}</div>}
      {typeName === undefined || known?.isNothing ? null : (
        <TextField label={`Type ${typeName} to go on`} value={typed} onInput={setTyped} />
      )}
      {uncounted === undefined ? null : <ProblemNote problem={uncounted} onRetry={countAgain} />}
      {problem === undefined ? null : <ProblemNote problem={problem} />}
    </Dialog>
  );
}

/** What will happen; counted anew on demand, as counts of before an act that failed may be no longer true. */
function useConsequence(consequence: ConfirmOptions['consequence']) {
  const [known, setKnown] = useState(typeof consequence === 'function' ? undefined : consequence);
  const [uncounted, setUncounted] = useState<Problem>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (typeof consequence !== 'function') return undefined;
    const life = new AbortController();
    setKnown(undefined);
    setUncounted(undefined);
    consequence(life.signal).then(
      (counted) => !life.signal.aborted && setKnown(counted),
      (error: Problem) => !life.signal.aborted && setUncounted(error),
    );
    return () => life.abort();
  }, [consequence, turn]);
  return { known, uncounted, countAgain: () => setTurn((before) => before + 1) };
}
