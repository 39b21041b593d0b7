import { useState } from 'react';
import { useChange } from '../../api/session';
import type { ModelLine } from '../../api/types';
import { Confirm } from '../../controls/Confirm';

/** Points a name to a model, or takes one away that points there. */
export function AliasDialog(props: { engine: string; model: ModelLine; onClose: () => void }) {
  const { engine, model } = props;
  const [alias, setAlias] = useState('');
  const [taken, setTaken] = useState('');
  const change = useChange('POST /admin/models/aliases', 'GET /admin/models');
  return (
    <Confirm
      title={`Names for ${model.name}`}
      action={taken ? 'Take the name away' : 'Set the name'}
      harmless={!taken}
      pending={change.isPending}
      isSaid={taken !== '' || alias.trim() !== ''}
      failure={change.error}
      onClose={props.onClose}
      onConfirm={(reason) => change.mutate({ body: { engine, alias: taken || alias.trim(), model: taken ? null : model.name }, reason }, { onSuccess: props.onClose })}
      effect={
        <>
          {model.aliases.length > 0 && (
            <label>
              What to do
              <select value={taken} onChange={(event) => setTaken(event.target.value)}>
                <option value="">add or move a name here</option>
                {model.aliases.map((name) => (
                  <option key={name} value={name}>
                    take {name} away
                  </option>
                ))}
              </select>
            </label>
          )}
          {taken ? (
            <p>
              Requests for <code>{taken}</code> are refused with 404 from then on.
            </p>
          ) : (
            <>
              <label>
                Name
                <input value={alias} onChange={(event) => setAlias(event.target.value)} autoComplete="off" />
              </label>
              <p className="soft">If the name points elsewhere on this engine, it moves here between two requests.</p>
            </>
          )}
        </>
      }
    />
  );
}
