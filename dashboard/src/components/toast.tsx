// Short notes of what has happened, at the edge of the page. They go by themselves, save those that say what went wrong.
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { messageOf } from '../api/problem.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

export interface ToastOptions {
  readonly text: string;
  readonly tone?: 'good' | 'bad' | 'plain';
  /** One thing to do about it: `Undo`. */
  readonly action?: { readonly label: string; readonly run: () => void | Promise<void> };
  /** Stays so long; default 6 s, 30 s with an action, and until it is closed where something went wrong. */
  readonly forMs?: number;
}

interface Shown extends ToastOptions {
  readonly id: number;
}

const TOASTS_MAX = 4;
const shown = signal<readonly Shown[]>([]);
let lastId = 0;

export function toast(options: ToastOptions): void {
  lastId += 1;
  shown.value = [...shown.value, { ...options, id: lastId }].slice(-TOASTS_MAX);
}

/** Says that something went wrong, of anything that was thrown. */
export function toastProblem(error: unknown): void {
  toast({ tone: 'bad', text: messageOf(error) });
}

function close(id: number): void {
  shown.value = shown.value.filter((one) => one.id !== id);
}

/** A popover is above dialogs too, where the browser has them. */
export function ToastHost() {
  const host = useRef<HTMLDivElement>(null);
  const toasts = shown.value;
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    if (element.matches(':popover-open')) element.hidePopover();
    if (toasts.length > 0) element.showPopover();
  }, [toasts]);
  return (
    <div class="toasts" ref={host} popover="manual" role="status" aria-live="polite">
      {toasts.map((one) => (
        <Toast key={one.id} {...one} />
      ))}
    </div>
  );
}

function Toast({ id, text, tone = 'plain', action, forMs }: Shown) {
  const lasts = forMs ?? (action === undefined ? 6_000 : 30_000);
  useEffect(() => {
    if (tone === 'bad' && forMs === undefined) return undefined;
    const timer = setTimeout(() => close(id), lasts);
    return () => clearTimeout(timer);
  }, [id, tone, lasts, forMs]);
  const act = async () => {
    close(id);
    try {
      await action?.run();
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <div class="toast">
      {tone === 'plain' ? null : (
        <span class={`tone-${tone}`}>
          <Icon shape={tone === 'good' ? 'check' : 'warn'} />
        </span>
      )}
      <span class="toast-text">{text}</span>
      {action === undefined ? null : (
        <Button isSmall onPress={() => void act()}>
          {action.label}
        </Button>
      )}
      <Button kind="quiet" isSmall icon="close" label="Close" onPress={() => close(id)} />
    </div>
  );
}
