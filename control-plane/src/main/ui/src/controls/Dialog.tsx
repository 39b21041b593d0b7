import type { ReactNode } from 'react';
import { useEffect, useId, useRef } from 'react';

/** A modal dialog of the browser's own: it keeps the focus inside, closes on Escape, submits on Ctrl Enter, and gives the focus back. */
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode; wide?: boolean | undefined }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      shown?.close();
      // What opened it may be gone: the row of a key that was revoked, say.
      (before instanceof HTMLElement && before.isConnected ? before : document.getElementById('content'))?.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={title}
      className={props.wide ? 'wide' : undefined}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onKeyDown={(event) => {
        if (!(event.ctrlKey || event.metaKey) || event.key !== 'Enter') return;
        event.preventDefault();
        dialog.current?.querySelector('form')?.requestSubmit();
      }}
    >
      <h2 id={title}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}
