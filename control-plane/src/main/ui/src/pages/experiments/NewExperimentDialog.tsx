import type { FormEvent } from 'react';
import { useState } from 'react';
import { useChange } from '../../api/session';
import type { ExperimentArm, NewExperiment } from '../../api/types';
import { Dialog } from '../../controls/Dialog';
import { Failure } from '../../controls/Notice';
import { GOALS } from './goals';

const ARMS_MAX = 10;
const LETTERS = 'abcdefghij';

/** As it is registered; what it decides by cannot be changed afterwards. */
export function NewExperimentDialog(props: { onClose: () => void; onMade: (id: string) => void }) {
  const [given, setGiven] = useState({ alias: '', primary: 'THUMBS', coverage: '100', horizonDays: '14', usersPerArmMin: '1000', reason: '' });
  const [arms, setArms] = useState<ExperimentArm[]>([{ name: 'control', model: '' }, { name: 'b', model: '' }]);
  const [isBandit, setBandit] = useState(false);
  const make = useChange('POST /admin/experiments', 'GET /admin/experiments');
  const isReady = given.alias.trim() !== '' && arms.every((arm) => arm.model.trim() !== '') && given.reason.trim().length >= 3;
  const bound = (name: keyof typeof given) => ({ value: given[name], onChange: (event: { target: { value: string } }) => setGiven({ ...given, [name]: event.target.value }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady) return;
    const order: NewExperiment = {
      alias: given.alias.trim(),
      arms: arms.map((arm) => ({ ...arm, model: arm.model.trim() })),
      primary: given.primary as NewExperiment['primary'],
      coverage: Number(given.coverage) / 100,
      horizonDays: Number(given.horizonDays),
      usersPerArmMin: Number(given.usersPerArmMin),
      ...(isBandit && { bandit: {} }),
      reason: given.reason.trim(),
    };
    make.mutate({ body: order, reason: order.reason }, { onSuccess: (detail) => props.onMade(detail.summary.id) });
  };
  return (
    <Dialog title="New experiment" onClose={props.onClose} wide>
      <form onSubmit={submit}>
        <div className="fields">
          <label>
            Alias that callers use
            <input {...bound('alias')} required autoComplete="off" />
          </label>
          <label>
            Decided by
            <select {...bound('primary')}>
              {Object.entries(GOALS).map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          </label>
        </div>
        <fieldset className="arms">
          <legend>Arms, the control first: it has to be what the alias means now</legend>
          {arms.map((arm, index) => (
            <label key={arm.name}>
              {index === 0 ? 'Control' : `Arm ${arm.name}`}
              <input value={arm.model} placeholder="a model" required autoComplete="off" onChange={(event) => setArms(arms.map((one, at) => (at === index ? { ...one, model: event.target.value } : one)))} />
            </label>
          ))}
          <div className="actions">
            <button type="button" className="small" disabled={arms.length === ARMS_MAX} onClick={() => setArms([...arms, { name: LETTERS[arms.length] ?? '', model: '' }])}>
              One more
            </button>
            <button type="button" className="small" disabled={arms.length === 2} onClick={() => setArms(arms.slice(0, -1))}>
              One less
            </button>
          </div>
        </fieldset>
        <div className="fields">
          <label>
            Users that take part, %
            <input type="number" min={1} max={100} {...bound('coverage')} />
          </label>
          <label>
            Days, at least 7
            <input type="number" min={7} {...bound('horizonDays')} />
          </label>
          <label>
            Users on each arm, at least 1,000
            <input type="number" min={1000} {...bound('usersPerArmMin')} />
          </label>
        </div>
        <label className="check">
          <input type="checkbox" checked={isBandit} onChange={(event) => setBandit(event.target.checked)} />
          A bandit: users move to the arm that is likely best, and its shares prove nothing
        </label>
        <label>
          Reason, for its record
          <textarea rows={2} {...bound('reason')} required minLength={3} maxLength={500} />
        </label>
        {make.error && <Failure failure={make.error} />}
        <div className="actions">
          <button type="button" onClick={props.onClose}>
            Cancel
          </button>
          <button type="submit" className="main" disabled={!isReady || make.isPending}>
            {make.isPending ? 'Beginning…' : 'Begin'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
