import { useState } from 'react';
import { Dialog } from '../controls/Dialog';

export interface Command {
  name: string;
  keys?: string;
  run: () => void;
}

/** Everything that can be gone to or done from everywhere, by typing a part of its name. */
export function Palette(props: { commands: Command[]; onClose: () => void }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const found = props.commands.filter((command) => command.name.toLowerCase().includes(text.trim().toLowerCase()));
  const at = Math.min(chosen, found.length - 1);
  const run = (command: Command | undefined) => {
    if (!command) return;
    props.onClose();
    command.run();
  };
  return (
    <Dialog title="Go to or do" onClose={props.onClose}>
      <input
        role="combobox"
        aria-label="Part of a name"
        aria-expanded="true"
        aria-controls="palette"
        aria-activedescendant={found[at] ? `palette-${at}` : undefined}
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setChosen((at + 1) % Math.max(found.length, 1));
          else if (event.key === 'ArrowUp') setChosen((at + found.length - 1) % Math.max(found.length, 1));
          else if (event.key === 'Enter') run(found[at]);
          else return;
          event.preventDefault();
        }}
      />
      <ul id="palette" role="listbox" aria-label="Commands" className="palette">
        {found.map((command, index) => (
          <li key={command.name} id={`palette-${index}`} role="option" aria-selected={index === at} onClick={() => run(command)}>
            <span>{command.name}</span>
            {command.keys && <kbd>{command.keys}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="soft">Nothing is called so.</p>}
    </Dialog>
  );
}
