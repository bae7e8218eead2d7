// What is there to be copied: a button, an identifier with one, and a command with one.
import { useEffect, useState } from 'preact/hooks';
import { Button } from './button.tsx';
import { toast } from './toast.tsx';

interface CopyButtonProps {
  readonly text: string;
  /** What is copied: `message id`. */
  readonly what?: string;
}

export function CopyButton({ text, what = 'text' }: CopyButtonProps) {
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return undefined;
    const timer = setTimeout(() => setDone(false), 1_500);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = async (event: MouseEvent) => {
    event.stopPropagation();
    try {
      await copyText(text);
      setDone(true);
    } catch {
      toast({ tone: 'bad', text: `The browser does not let this page copy the ${what}.` });
    }
  };
  return (
    <Button
      kind="quiet"
      isSmall
      icon={isDone ? 'check' : 'copy'}
      label={isDone ? 'Copied' : `Copy ${what}`}
      onPress={(event) => void copy(event)}
    />
  );
}

/** Pages over plain HTTP have no clipboard of their own; a selection does. */
async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  // Nothing else is left where there is no TLS.
  // oxlint-disable-next-line typescript/no-deprecated
  const isDone = document.execCommand('copy');
  area.remove();
  if (!isDone) throw new Error('not copied');
}

/** An identifier in full, in one line: cut off where there is no room, copied whole. */
export function Identity({ id, what = 'id' }: { readonly id: string; readonly what?: string }) {
  return (
    <span class="identity">
      <span class="mono" title={id}>
        {id}
      </span>
      <CopyButton text={id} what={what} />
    </span>
  );
}

/** A command of a shell, to be copied. */
export function Command({ text }: { readonly text: string }) {
  return (
    <div class="command">
      <pre>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} what="command" />
    </div>
  );
}
