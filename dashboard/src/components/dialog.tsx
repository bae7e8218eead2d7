// What stands over the page: a dialog, or a panel at its side. The browser keeps the focus inside and gives it back.
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from './button.tsx';

interface DialogProps {
  readonly title: ComponentChildren;
  readonly onClose: () => void;
  /** At the side, as high as the page: for details of a row. */
  readonly isSide?: boolean | undefined;
  /** Of CSS; default 520px, at the side 640px. */
  readonly width?: string | undefined;
  /** The buttons below. */
  readonly foot?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Is open as long as it is there. What has `autoFocus` of a Button gets the focus. */
export function Dialog({ title, onClose, isSide, width, foot, children }: DialogProps) {
  const own = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Closed before it leaves the document: only then the browser gives the focus back.
  useLayoutEffect(() => {
    const dialog = own.current;
    if (dialog === null || dialog.open) return undefined;
    dialog.showModal();
    dialog.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => dialog.close();
  }, []);
  return (
    <dialog
      ref={own}
      class="dialog"
      data-side={isSide ? '' : undefined}
      aria-labelledby={titleId}
      style={width === undefined ? undefined : { '--dialog-width': width }}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === own.current) onClose();
      }}
    >
      <div class="dialog-inner">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <Button kind="quiet" icon="close" label="Close" onPress={onClose} />
        </header>
        <div class="dialog-body">{children}</div>
        {foot === undefined ? null : <footer class="dialog-foot">{foot}</footer>}
      </div>
    </dialog>
  );
}
