import { Dialog } from '../controls/Dialog';
import { PAGES } from './pages';
import { preferences, usePreferences } from './preferences';

const GENERAL: [string, string][] = [
  ['Ctrl K, ⌘ K', 'everything, by name'],
  ['/', 'filter'],
  ['j, k, ↓, ↑', 'next and previous row'],
  ['Enter', 'open a row'],
  ['Esc', 'close'],
  ['Ctrl Enter, ⌘ Enter', 'submit'],
  ['?', 'this help'],
];

export function Help(props: { onClose: () => void }) {
  const { singleKeys } = usePreferences();
  return (
    <Dialog title="Keyboard" onClose={props.onClose}>
      <dl className="keys">
        {[...GENERAL, ...PAGES.map((page): [string, string] => [`g ${page.key}`, page.name])].map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label className="check">
        <input type="checkbox" checked={singleKeys} onChange={(event) => preferences.change({ singleKeys: event.target.checked })} />
        Keys without Ctrl or ⌘
      </label>
      <div className="actions">
        <button type="button" onClick={props.onClose} autoFocus>
          Close
        </button>
      </div>
    </Dialog>
  );
}
