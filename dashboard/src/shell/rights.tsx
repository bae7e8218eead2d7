// What the reader may do, asked before it is offered: a button for what would be refused says so and cannot be pressed. Rights
// may change at any time: what decides is the broker's answer to the act itself.
import { call } from '../api/call.ts';
import { useLoad } from '../api/load.ts';
import type { AccessAsked } from '../api/shapes.ts';
import { Button, type ButtonProps } from '../components/button.tsx';
import { sessionState } from './session.ts';

type Asked = AccessAsked['items'][number];
/** `['alter', 'group', 'mails']` */
export type Need = readonly [Asked['operation'], Asked['resource'], string];

const EVERY_MS = 15_000;

/** The user whose rights are rules; undefined where everything may be done. */
export function userOfRules(): string | undefined {
  const state = sessionState.value;
  if (state.kind !== 'in' || state.session.superuser) return undefined;
  return state.session.user ?? undefined;
}

/** Which of these is not allowed, for people; undefined: all are, or it is not known. */
export function useDenied(needs: readonly Need[]): string | undefined {
  const user = userOfRules();
  const { data } = useLoad(
    (signal) => {
      const items = needs.map(([operation, resource, name]) => ({ operation, resource, name }));
      return call('POST /session/access', { body: { items }, signal });
    },
    [user, JSON.stringify(needs)],
    { isOn: user !== undefined && needs.length > 0, everyMs: EVERY_MS },
  );
  const denied = needs.find((_, at) => data?.items[at]?.allowed === false);
  if (user === undefined || denied === undefined) return undefined;
  const [operation, resource, name] = denied;
  return `You may not ${operation} ${resource} ${name}.`;
}

interface ActButtonProps extends ButtonProps {
  /** All of what it asks for. */
  readonly needs: readonly Need[];
}

/** A button for an act that asks for rights. */
export function ActButton({ needs, isDisabled = false, title, ...others }: ActButtonProps) {
  const denied = useDenied(needs);
  return (
    <Button {...others} isDisabled={isDisabled || denied !== undefined} title={denied ?? title} />
  );
}
