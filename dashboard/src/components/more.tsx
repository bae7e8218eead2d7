// The foot of a list that comes in parts: how much is shown, and the rest on demand.
import type { Problem } from '../api/problem.ts';
import { formatCount } from '../format/formats.ts';
import { Button } from './button.tsx';
import { ProblemNote } from './note.tsx';

interface MoreProps {
  readonly shown: number;
  /** Whether there is more. */
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly problem?: Problem | undefined;
  readonly onMore: () => void;
  /** One of them: `message`. */
  readonly one?: string;
}

export function More({ shown, hasMore, isLoading, problem, onMore, one = 'row' }: MoreProps) {
  const many = shown === 1 ? one : `${one}s`;
  return (
    <>
      <span role="status">
        {formatCount(shown)} {many}
        {hasMore ? ', and more' : ''}
      </span>
      {hasMore ? (
        <Button isSmall isDisabled={isLoading} onPress={onMore}>
          {isLoading ? 'Loading…' : 'Load more'}
        </Button>
      ) : null}
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={onMore} />}
    </>
  );
}
