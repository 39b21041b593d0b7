import type { FormEvent, ReactNode } from 'react';
import { useState } from 'react';
import type { Refused } from '../api/client';
import { Dialog } from './Dialog';
import { Failure } from './Notice';
import { isReason, Reason } from './Reason';

/**
 * Asks before something that cannot be taken back, or that somebody will ask about: says exactly what will happen, and asks why. What
 * changes nothing is what Enter does.
 */
export function Confirm(props: {
  title: string;
  effect: ReactNode;
  action: string;
  onConfirm: (reason: string) => void;
  onClose: () => void;
  /** What has to be typed, where a slip would be expensive. */
  typed?: string | undefined;
  pending?: boolean;
  /** Whether what it is about is said, where something has to be. */
  isSaid?: boolean;
  failure?: Refused | null;
  harmless?: boolean;
  wide?: boolean;
}) {
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [before] = useState(props.failure); // of an earlier try, which was given up
  const isReady = isReason(reason) && props.isSaid !== false && (!props.typed || typed === props.typed) && !props.pending;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) props.onConfirm(reason.trim());
  };
  return (
    <Dialog title={props.title} onClose={props.onClose} wide={props.wide}>
      <form onSubmit={submit}>
        <div className="effect">{props.effect}</div>
        <Reason value={reason} onChange={setReason} />
        {props.typed && (
          <label>
            Type <code>{props.typed}</code> to go on
            <input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" spellCheck={false} />
          </label>
        )}
        {props.failure && props.failure !== before && <Failure failure={props.failure} />}
        <div className="actions">
          <button type="button" onClick={props.onClose}>
            Cancel
          </button>
          <button type="submit" className={props.harmless ? 'main' : 'danger'} disabled={!isReady}>
            {props.pending ? 'Working…' : props.action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
