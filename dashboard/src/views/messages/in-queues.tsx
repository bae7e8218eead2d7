// What a message is in each queue that takes from its topic, and what can be done about it there.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import { Problem } from '../../api/problem.ts';
import { StateBadge } from '../../components/badge.tsx';
import { PayloadView } from '../../components/json-view.tsx';
import { ProblemNote } from '../../components/note.tsx';
import { Facts, Loading } from '../../components/page.tsx';
import { Countdown, FromNow } from '../../components/values.tsx';
import { ActButton, type Need } from '../../shell/rights.tsx';
import { linkTo } from '../../shell/router.ts';
import { actOf, changeMessages, changesOf } from './change-message.ts';
import type { QueuedDetails } from './message-shapes.ts';
import { RescheduleDialog } from './reschedule-dialog.tsx';

/** Queues of one topic that are asked: with more, the one that was asked for and the first by name. */
const QUEUES_MAX = 5;
const EVERY_MS = 2_000;

interface InQueuesProps {
  readonly topic: string;
  readonly id: string;
  readonly first: string | null;
  readonly onChanged?: (() => void) | undefined;
}

export function InQueues({ topic, id, first, onChanged }: InQueuesProps) {
  const { data, problem, reload } = useLoad(
    (signal) => queuesOf(topic, first, signal),
    [topic, first],
  );
  if (problem !== undefined) return <ProblemNote problem={problem} onRetry={reload} />;
  if (data === undefined) return <Loading rows={2} />;
  if (data.length === 0) return <p class="muted">No queue takes messages from this topic.</p>;
  return (
    <>
      {data.map((queue) => (
        <InQueue key={queue} queue={queue} id={id} onChanged={onChanged} />
      ))}
    </>
  );
}

async function queuesOf(
  topic: string,
  first: string | null,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { groups } = await call('GET /topics/{topic}/groups', { path: { topic }, signal });
  const names = groups.filter(({ kind }) => kind === 'share').map(({ group }) => group);
  const others = names.filter((name) => name !== first);
  return (first === null ? others : [first, ...others]).slice(0, QUEUES_MAX);
}

interface InQueueProps {
  readonly queue: string;
  readonly id: string;
  readonly onChanged?: (() => void) | undefined;
}

function InQueue({ queue, id, onChanged }: InQueueProps) {
  const { data, problem, reload } = useLoad((signal) => detailsOf(queue, id, signal), [queue, id], {
    everyMs: EVERY_MS,
  });
  return (
    <section class="messages-part" aria-label={`In queue ${queue}`}>
      <header>
        <h3>
          In queue <a href={linkTo('/queues/{queue}', { queue })}>{queue}</a>
        </h3>
        {data ? <StateBadge state={data.state} /> : null}
      </header>
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={reload} />}
      {data === undefined && problem === undefined ? <Loading rows={2} /> : null}
      {data === null ? <p class="muted">This queue knows nothing of it.</p> : null}
      {data ? (
        <Known
          queue={queue}
          details={data}
          onChanged={() => {
            reload();
            onChanged?.();
          }}
        />
      ) : null}
    </section>
  );
}

/** Null: the queue began after it, or the log holds it no longer and nobody remembers. */
async function detailsOf(queue: string, id: string, signal: AbortSignal) {
  try {
    return await call('GET /queues/{queue}/messages/{id}', { path: { queue, id }, signal });
  } catch (error) {
    if (error instanceof Problem && error.code === 'OFFSET_OUT_OF_RANGE') return null;
    throw error;
  }
}

interface KnownProps {
  readonly queue: string;
  readonly details: QueuedDetails;
  readonly onChanged: () => void;
}

function Known({ queue, details, onChanged }: KnownProps) {
  const { state, deliveries, memberId, untilMs, firstDeliveredAtMs, result } = details;
  return (
    <>
      <Facts
        rows={[
          ['Deliveries', deliveries],
          ['Leased by', memberId ?? undefined],
          [
            state === 'scheduled' ? 'Ready in' : 'Lease ends in',
            untilMs === null ? undefined : <Countdown untilMs={untilMs} key="until" />,
          ],
          [
            'First delivered',
            firstDeliveredAtMs === null ? undefined : (
              <FromNow atMs={firstDeliveredAtMs} key="first" />
            ),
          ],
          [
            'Last error',
            details.lastError === null ? undefined : (
              <code class="messages-error" key="error">
                {details.lastError}
              </code>
            ),
          ],
          ['Dead because', details.deadReason ?? undefined],
          ['Result', result === null ? undefined : <PayloadView of={result} key="result" />],
        ]}
      />
      {state === 'leased' ? (
        <p class="muted">Its worker has it: wait for the worker, or for the end of the lease.</p>
      ) : null}
      <Acts {...{ queue, details, onChanged }} />
    </>
  );
}

function Acts({ queue, details: { id, state }, onChanged }: KnownProps) {
  const changes = changesOf(state);
  const [isMoving, setMoving] = useState(false);
  if (changes.length === 0) return null;
  const needs: readonly Need[] = [['alter', 'group', queue]];
  const act = async (change: (typeof changes)[number]) => {
    if (await changeMessages(queue, [id], change)) onChanged();
  };
  return (
    <div class="actions">
      {changes.map((change) => (
        <ActButton
          key={change}
          needs={needs}
          isSmall
          kind={change === 'retry' ? 'primary' : undefined}
          onPress={() => void act(change)}
        >
          {actOf(change)}
        </ActButton>
      ))}
      <ActButton needs={needs} isSmall onPress={() => setMoving(true)}>
        Reschedule
      </ActButton>
      {isMoving ? (
        <RescheduleDialog
          queue={queue}
          ids={[id]}
          onClose={() => setMoving(false)}
          onDone={() => {
            setMoving(false);
            onChanged();
          }}
        />
      ) : null}
    </div>
  );
}
