import type { FormEvent, ReactNode } from 'react';
import { useState } from 'react';
import type { Refused } from '../../api/client';
import { Dialog } from '../../controls/Dialog';
import { Failure } from '../../controls/Notice';
import { isReason, Reason } from '../../controls/Reason';

export interface Field {
  name: string;
  label: string;
  hint?: string;
  value?: string | undefined;
  type?: 'number' | 'text';
  required?: boolean;
  choices?: string[];
  /** What the choices are called. */
  texts?: Record<string, string>;
}

/** A few fields and what they are for; why, where something is changed that was there. */
export function OrderDialog(props: {
  title: string;
  action: string;
  fields: Field[];
  note?: ReactNode;
  explained?: boolean;
  pending: boolean;
  failure: Refused | null;
  onClose: () => void;
  onOrder: (given: Record<string, string>, reason: string) => void;
}) {
  const [given, setGiven] = useState(() => Object.fromEntries(props.fields.map((field) => [field.name, field.value ?? field.choices?.[0] ?? ''])));
  const [reason, setReason] = useState('');
  const [before] = useState(props.failure); // of an earlier try, which was given up
  const isReady = !props.pending && (!props.explained || isReason(reason));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) props.onOrder(given, reason.trim());
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form onSubmit={submit}>
        {props.note}
        {props.fields.map((field) => {
          const bound = { value: given[field.name] ?? '', onChange: (event: { target: { value: string } }) => setGiven({ ...given, [field.name]: event.target.value }) };
          return (
            <label key={field.name}>
              <span>
                {field.label} {field.hint && <span className="hint">{field.hint}</span>}
              </span>
              {field.choices ? (
                <select {...bound}>
                  {field.choices.map((choice) => (
                    <option key={choice} value={choice}>
                      {field.texts?.[choice] ?? choice}
                    </option>
                  ))}
                </select>
              ) : (
                <input type={field.type ?? 'text'} step="any" required={field.required} autoComplete="off" {...bound} />
              )}
            </label>
          );
        })}
        {props.explained && <Reason value={reason} onChange={setReason} />}
        {props.failure && props.failure !== before && <Failure failure={props.failure} />}
        <div className="actions">
          <button type="button" onClick={props.onClose}>
            Cancel
          </button>
          <button type="submit" className="main" disabled={!isReady}>
            {props.pending ? 'Working…' : props.action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
