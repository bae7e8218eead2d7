// Keys that work everywhere: `g` and a letter go to a view, `?` says which keys there are.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Dialog } from '../components/dialog.tsx';
import { isTyping } from '../components/fields.tsx';
import { Facts } from '../components/page.tsx';
import { goTo } from './router.ts';
import { ROUTES } from './routes.ts';

const isOpen = signal(false);
const CHORD_MS = 1_500;

export function ShortcutHelp() {
  useEffect(() => {
    let chordAt = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      if (event.key === '?') isOpen.value = true;
      else if (event.key === 'g') chordAt = event.timeStamp;
      else if (event.timeStamp - chordAt < CHORD_MS) {
        chordAt = 0;
        const row = ROUTES.find(({ nav }) => nav?.key === event.key);
        if (row !== undefined) goTo(`#${row.path}`);
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  if (!isOpen.value) return null;
  const close = () => {
    isOpen.value = false;
  };
  return (
    <Dialog title="Keys" onClose={close}>
      <Facts rows={KEYS.map(([keys, text]) => [text, <Keys key={keys} keys={keys} />])} />
    </Dialog>
  );
}

const KEYS: readonly (readonly [string, string])[] = [
  ['Ctrl K', 'Jump to anything by name'],
  ['/', 'To the filter of a list'],
  ['↑ ↓', 'Along the rows of a table (also j, k, Page Up, Page Down, Home, End)'],
  ['Enter', 'Open the row'],
  ['Space', 'Select the row'],
  ['Esc', 'Close'],
  ...ROUTES.flatMap(({ nav, title }) =>
    nav === undefined ? [] : [[`g ${nav.key}`, title] as const],
  ),
  ['?', 'This list'],
];

function Keys({ keys }: { readonly keys: string }) {
  return (
    <>
      {keys.split(' ').map((key) => (
        <>
          <kbd key={key}>{key}</kbd>{' '}
        </>
      ))}
    </>
  );
}
