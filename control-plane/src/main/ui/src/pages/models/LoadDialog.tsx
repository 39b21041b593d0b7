import { useState } from 'react';
import { useChange } from '../../api/session';
import type { ModelFit } from '../../api/types';
import { Confirm } from '../../controls/Confirm';
import { bytes } from '../../controls/figures';
import { Failure } from '../../controls/Notice';
import { MemoryBar } from './MemoryBar';

const QUANTIZATIONS = ['', 'none', 'q8_0', 'q4_0', 'q4_k', 'q5_k', 'q6_k'];
const GIB = 1024 ** 3;

/** What the engine is told; it has its own mind about whatever is left empty. */
export function parametersOf(given: { path: string; quantize: string; contextTokens: string; kvGib: string }): Record<string, unknown> {
  return {
    ...(given.path.trim() && { path: given.path.trim() }),
    ...(given.quantize && { quantize: given.quantize }),
    ...(given.contextTokens && { max_model_len: Number(given.contextTokens) }),
    ...(given.kvGib && { kv_cache_bytes: Math.round(Number(given.kvGib) * GIB) }),
  };
}

export function LoadDialog(props: { engine: string; onClose: () => void }) {
  const [name, setName] = useState('');
  const [given, setGiven] = useState({ path: '', quantize: '', contextTokens: '', kvGib: '' });
  const change = useChange('POST /admin/models', 'GET /admin/models');
  const fit = useChange('POST /admin/models/fit');
  const told = (next: () => void) => {
    next();
    fit.reset(); // of what was asked before
  };
  const field = (part: keyof typeof given) => ({ value: given[part], onChange: (event: { target: { value: string } }) => told(() => setGiven({ ...given, [part]: event.target.value })) });
  return (
    <Confirm
      title={`Load a model into ${props.engine}`}
      action="Load"
      harmless
      pending={change.isPending}
      isSaid={name.trim() !== ''}
      failure={change.error}
      onClose={props.onClose}
      onConfirm={(reason) =>
        change.mutate({ body: { engine: props.engine, model: name.trim(), verb: 'LOAD', parameters: parametersOf(given) }, reason }, { onSuccess: props.onClose })
      }
      effect={
        <>
          <p>
            Loads from the engine’s <code>--model-repository</code> by name, or from a directory or GGUF file within its <code>--model-root</code>. What is
            needed is added up first; if it does not fit, the answer says what is needed, what is free, and what to do, and nothing changes.
          </p>
          <label>
            Name, as requests will call it
            <input value={name} onChange={(event) => told(() => setName(event.target.value))} required autoComplete="off" />
          </label>
          <label>
            <span>
              Path <span className="hint">optional</span>
            </span>
            <input {...field('path')} autoComplete="off" />
          </label>
          <div className="fields">
            <label>
              Quantize
              <select {...field('quantize')}>
                {QUANTIZATIONS.map((value) => (
                  <option key={value} value={value}>
                    {value || 'as the engine does'}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Context, tokens
              <input type="number" min={1} {...field('contextTokens')} />
            </label>
            <label>
              KV cache, GiB
              <input type="number" min={0} step="any" {...field('kvGib')} />
            </label>
          </div>
          <div className="actions start">
            <button type="button" disabled={name.trim() === '' || fit.isPending} onClick={() => fit.mutate({ body: { engine: props.engine, model: name.trim(), parameters: parametersOf(given) } })}>
              Will it fit?
            </button>
            <span className="soft">Reads its headers, and loads nothing.</span>
          </div>
          {fit.error && <Failure failure={fit.error} />}
          {fit.data && <Fit of={fit.data} />}
        </>
      }
    />
  );
}

/** What it needs, part by part, against what is free. */
function Fit(props: { of: ModelFit }) {
  const { of: fit } = props;
  const need = fit.weightsBytes + fit.kvCacheBytes + fit.workingBytes;
  return (
    <div className={`notice ${fit.fits ? 'good' : 'bad'}`} role="status">
      <strong>{fit.fits ? `It fits: ${bytes(need)} of ${bytes(fit.freeBytes)} free` : 'It does not fit'}</strong>
      <MemoryBar weightsBytes={fit.weightsBytes} kvCacheBytes={fit.kvCacheBytes} workingBytes={fit.workingBytes} ofBytes={Math.max(need, fit.freeBytes)} />
      {fit.reason && <span>{fit.reason}</span>}
    </div>
  );
}
