import { useState } from 'react';
import { useChange } from '../../api/session';
import type { ProviderStatus } from '../../api/types';
import { Confirm } from '../../controls/Confirm';
import { EditedRows } from '../../controls/EditedRows';
import type { Row } from './provider';
import { draftOf, orderOf, twice, withAnother } from './provider';

const SHAPES = { openai: 'OpenAI', anthropic: 'Anthropic' };

const COLUMNS: { part: Exclude<keyof Row, 'outputTokensUnsaid'>; name: string; figure: boolean; optional?: boolean }[] = [
  { part: 'model', name: 'Model here', figure: false },
  { part: 'name', name: 'Model there', figure: false },
  { part: 'input', name: 'Input', figure: true },
  { part: 'cachedInput', name: 'Cached input', figure: true, optional: true },
  { part: 'output', name: 'Output', figure: true },
];

function StandIns(props: { rows: Row[]; onChange: (rows: Row[]) => void }) {
  const { rows, onChange } = props;
  return (
    <>
      <EditedRows
        name="Models"
        caption="Models, and dollars for a million of their tokens"
        rows={rows}
        called={(_, index) => `model ${index + 1}`}
        onChange={onChange}
        columns={COLUMNS.map(({ part, name, figure, optional }) => ({
          head: name,
          cell: (row: Row, index, change) => (
            <input
              aria-label={`${name} ${index + 1}`}
              type={figure ? 'number' : 'text'}
              {...(figure && { min: 0, step: 'any' })}
              required={!optional}
              autoComplete="off"
              value={row[part]}
              onChange={(event) => change({ [part]: event.target.value })}
            />
          ),
        }))}
      />
      <div>
        <button type="button" className="small" onClick={() => onChange(withAnother(rows))}>
          Another model
        </button>
      </div>
    </>
  );
}

/** Registers a provider, or says something else of one that was. */
export function ProviderDialog(props: { provider?: ProviderStatus; onClose: () => void }) {
  const { provider, onClose } = props;
  const [draft, setDraft] = useState(() => draftOf(provider));
  const register = useChange('PUT /admin/providers/{name}', 'GET /admin/providers');
  const double = twice(draft.rows);
  const field = (part: Exclude<keyof typeof draft, 'rows'>) => ({
    value: draft[part],
    onChange: (event: { target: { value: string } }) => setDraft({ ...draft, [part]: event.target.value }),
  });
  return (
    <Confirm
      title={provider ? `Change ${provider.name}` : 'Register a provider'}
      action={provider ? 'Change' : 'Register'}
      wide
      harmless
      pending={register.isPending}
      isSaid={!double}
      failure={register.error}
      onClose={onClose}
      onConfirm={(reason) => register.mutate({ path: { name: draft.name.trim() }, body: orderOf(draft), reason }, { onSuccess: onClose })}
      effect={
        <>
          <p>
            Requests for these models go there while no engine has room for them, of tenants that may overflow and of no other. It holds on every replica, from the next request on.
          </p>
          <div className="fields">
            {!provider && (
              <label>
                Name
                <input {...field('name')} required autoComplete="off" />
              </label>
            )}
            <label>
              Speaks like
              <select {...field('shape')}>
                {Object.entries(SHAPES).map(([shape, text]) => (
                  <option key={shape} value={shape}>
                    {text}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Region
              <input {...field('region')} required autoComplete="off" />
            </label>
            <label>
              Budget a day, in dollars
              <input type="number" min={0} step="any" {...field('budgetPerDay')} required />
            </label>
          </div>
          <label>
            Address
            <input type="url" placeholder="https://" {...field('url')} required autoComplete="off" />
          </label>
          <label>
            <span>
              Key file <span className="hint">its path; every replica has the key in a file of its own, and it is never told here</span>
            </span>
            <input {...field('keyFile')} required autoComplete="off" />
          </label>
          <StandIns rows={draft.rows} onChange={(rows) => setDraft({ ...draft, rows })} />
          {double && <p role="alert">{double} is named twice.</p>}
        </>
      }
    />
  );
}
