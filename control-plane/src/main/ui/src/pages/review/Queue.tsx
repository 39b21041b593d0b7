import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useAnswer, useChange } from '../../api/session';
import type { ReviewTask } from '../../api/types';
import { Answer } from '../../controls/Answer';
import { count } from '../../controls/figures';
import { Empty, Failure, Waiting } from '../../controls/Notice';
import { Card } from '../../controls/Page';
import { usePreferences } from '../../shell/preferences';
import { isTyping } from '../../shell/shortcuts';
import type { Accuracy, Draft } from './codes';
import { ACCURACIES, codeOf, missing, NOTHING, pressed } from './codes';
import { Conversation } from './Conversation';
import { isDone, leftOf } from './queue';

const HELPFULNESS = ['1 not at all', '2 a little', '3 partly', '4 mostly', '5 entirely'];
const ACCURACY_KEYS: [Accuracy, string][] = [['c', '6'], ['i', '7'], ['u', '8']];

/** One after the other; what is next is there before the last is taken. */
export function Queue() {
  const queue = useAnswer('GET /admin/reviews', {});
  const [graded, setGraded] = useState<ReadonlySet<string>>(new Set());
  const [place, setPlace] = useState(0);
  const { data: told, refetch } = queue;
  const isPageDone = told !== undefined && isDone(told, graded);
  useEffect(() => {
    if (isPageDone) void refetch();
  }, [isPageDone, refetch]);
  return (
    <Answer of={queue} what="what waits for you">
      {(now) => {
        const { tasks, waitingCount } = leftOf(now, graded);
        const at = Math.min(place, tasks.length - 1);
        const task = tasks[at];
        if (isPageDone) return <Waiting what="Reading the next ones" />;
        if (!task) {
          return (
            <Empty title={graded.size > 0 ? `Done: you have graded ${count(graded.size)}.` : 'Nothing waits for you.'}>
              When a week is over, a sample of its answers waits here, of tenants under <code>evaluation.review.tenants</code> in the configuration.
            </Empty>
          );
        }
        return (
          <Grading
            key={task.id}
            task={task}
            progress={`${count(graded.size)} graded, ${count(waitingCount)} wait for you`}
            onMove={(step) => setPlace(Math.min(Math.max(at + step, 0), tasks.length - 1))}
            onGraded={() => setGraded(new Set([...graded, task.id]))}
          />
        );
      }}
    </Answer>
  );
}

function Grading(props: { task: ReviewTask; progress: string; onMove: (step: 1 | -1) => void; onGraded: () => void }) {
  const { task, onMove, onGraded } = props;
  const [draft, setDraft] = useState<Draft>(NOTHING);
  const [correction, setCorrection] = useState('');
  const grade = useChange('POST /admin/reviews/{id}', 'GET /admin/reviews/summary');
  const { singleKeys } = usePreferences();
  const explanation = useRef<HTMLTextAreaElement>(null);
  const code = codeOf(draft);
  const submit = () => {
    if (!code || grade.isPending) return;
    const said = draft.accuracy === 'i' && correction.trim() ? { correction: correction.trim() } : {};
    grade.mutate({ path: { id: task.id }, body: { code, ...said } }, { onSuccess: onGraded });
  };
  useKeys({ submit, move: onMove, explain: () => explanation.current?.focus(), press: (key) => setDraft((now) => pressed(now, key)) }, singleKeys);
  return (
    <Card title="Is this answer good?" actions={<span className="soft" role="status">{props.progress}</span>}>
      <Conversation messages={task.messages} answer={task.answer} />
      <div className="grades">
        <Choice name="Helpful" choices={HELPFULNESS.map((text, index) => ({ key: String(index + 1), text: text.slice(2), chosen: draft.helpfulness === index + 1 }))} onChoose={(key) => setDraft(pressed(draft, key))} />
        <Choice name="Accurate" choices={ACCURACY_KEYS.map(([accuracy, key]) => ({ key, text: ACCURACIES[accuracy], chosen: draft.accuracy === accuracy }))} onChoose={(key) => setDraft(pressed(draft, key))} />
        <Choice name="Safe" choices={[{ key: '9', text: draft.safe ? 'Yes; press for no' : 'No, it is unsafe', chosen: !draft.safe }]} onChoose={(key) => setDraft(pressed(draft, key))} />
      </div>
      {draft.accuracy === 'i' && (
        <label>
          <span>
            What it should have said <kbd>e</kbd> <span className="hint">optional; somebody else decides whether it becomes a case</span>
          </span>
          <textarea ref={explanation} rows={3} value={correction} onChange={(event) => setCorrection(event.target.value)} />
        </label>
      )}
      {grade.error && <Failure failure={grade.error} />}
      <div className="actions">
        <button type="button" className="main" disabled={!code || grade.isPending} onClick={submit}>
          Take it, and the next <kbd>Ctrl ⏎</kbd>
        </button>
        <button type="button" onClick={() => onMove(-1)}>
          Before <kbd>↑</kbd>
        </button>
        <button type="button" onClick={() => onMove(1)}>
          Later <kbd>↓</kbd>
        </button>
        <span className="soft" role="status">
          {missing(draft)}
        </span>
      </div>
    </Card>
  );
}

function Choice(props: { name: string; choices: { key: string; text: string; chosen: boolean }[]; onChoose: (key: string) => void }) {
  return (
    <div role="group" aria-label={props.name} className="choice">
      <h3>{props.name}</h3>
      {props.choices.map(({ key, text, chosen }) => (
        <button key={key} type="button" aria-pressed={chosen} onClick={() => props.onChoose(key)}>
          <kbd>{key}</kbd> {text}
        </button>
      ))}
    </div>
  );
}

interface Keys {
  press: (key: string) => void;
  move: (step: 1 | -1) => void;
  explain: () => void;
  submit: () => void;
}

/** Digits, arrows and Ctrl Enter; single ones rest while somebody types, and AltGr is no Ctrl. */
function useKeys(keys: Keys, singleKeys: boolean) {
  const latest = useRef(keys);
  latest.current = keys;
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.isComposing || event.getModifierState('AltGraph') || document.querySelector('dialog[open]')) return;
      if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
        event.preventDefault();
        latest.current.submit();
      } else if (!singleKeys || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
        return;
      } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        latest.current.move(event.key === 'ArrowDown' ? 1 : -1);
      } else if (event.key === 'e') {
        event.preventDefault(); // or it would be the first letter
        latest.current.explain();
      } else {
        latest.current.press(event.key);
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [singleKeys]);
}
