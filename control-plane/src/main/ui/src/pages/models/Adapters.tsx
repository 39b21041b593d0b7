import { useState } from 'react';
import { useChange } from '../../api/session';
import type { AdapterLine, EngineModels } from '../../api/types';
import { Act } from '../../controls/Act';
import { Confirm } from '../../controls/Confirm';

export function Adapters(props: { of: EngineModels }) {
  const { of: engine } = props;
  const [leaving, setLeaving] = useState<AdapterLine | null>(null);
  const change = useChange('POST /admin/models/adapters', 'GET /admin/models');
  if (engine.adapters.length === 0) return null;
  return (
    <>
      <h3>Adapters</h3>
      <ul className="plain">
        {engine.adapters.map((adapter) => (
          <li key={adapter.name}>
            <strong>{adapter.name}</strong> <span className="soft">of {adapter.model}</span>
            <Act needs="admin:operate" className="small" onClick={() => setLeaving(adapter)}>
              Unload
            </Act>
          </li>
        ))}
      </ul>
      {leaving && (
        <Confirm
          title={`Unload the adapter ${leaving.name}`}
          action="Unload"
          effect={<p>Requests for {leaving.name} are refused with 404 from then on; those that it has finish with it. {leaving.model} stays as it is.</p>}
          pending={change.isPending}
          failure={change.error}
          onClose={() => setLeaving(null)}
          onConfirm={(reason) => change.mutate({ body: { engine: engine.engine, adapter: leaving.name, path: null, model: null }, reason }, { onSuccess: () => setLeaving(null) })}
        />
      )}
    </>
  );
}

export function AdapterDialog(props: { engine: EngineModels; onClose: () => void }) {
  const { engine } = props;
  const ready = engine.models.filter((model) => model.state === 'READY');
  const [name, setName] = useState('');
  const [path, setPath] = useState('');
  const [model, setModel] = useState(ready[0]?.name ?? '');
  const change = useChange('POST /admin/models/adapters', 'GET /admin/models');
  return (
    <Confirm
      title={`Load an adapter into ${engine.engine}`}
      action="Load"
      harmless
      pending={change.isPending}
      isSaid={name.trim() !== '' && path.trim() !== ''}
      failure={change.error}
      onClose={props.onClose}
      onConfirm={(reason) => change.mutate({ body: { engine: engine.engine, adapter: name.trim(), path: path.trim(), model }, reason }, { onSuccess: props.onClose })}
      effect={
        <>
          <p>A LoRA adapter as PEFT saves it, in a directory within the engine’s <code>--lora-root</code>. It becomes a model of its own beside the one that it changes.</p>
          <label>
            Name, as requests will call it
            <input value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" />
          </label>
          <label>
            Directory
            <input value={path} onChange={(event) => setPath(event.target.value)} autoComplete="off" />
          </label>
          <label>
            Of the model
            <select value={model} onChange={(event) => setModel(event.target.value)}>
              {ready.map((one) => (
                <option key={one.name}>{one.name}</option>
              ))}
            </select>
          </label>
        </>
      }
    />
  );
}
