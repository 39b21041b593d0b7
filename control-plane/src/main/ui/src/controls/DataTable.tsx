import type { ReactNode } from 'react';
import { useState } from 'react';
import { walk } from '../shell/shortcuts';
import { count } from './figures';
import { Empty } from './Notice';

export interface Column<T> {
  name: string;
  cell: (row: T) => ReactNode;
  /** Figures stand under each other. */
  figure?: boolean;
  /** Left out where the screen is narrow. */
  minor?: boolean;
}

/** Rows under named columns. A caption says what they are to whoever does not see where they stand. */
export function DataTable<T>(props: {
  caption: string;
  columns: Column<T>[];
  rows: T[];
  id: (row: T) => string;
  empty: ReactNode;
  /** What Enter and a click on a row do. */
  open?: (row: T) => void;
  /** Of so many rows a reader sees the first, until they want all. */
  rowsMax?: number;
}) {
  const [isWhole, setWhole] = useState(false);
  const { rowsMax = props.rows.length } = props;
  if (props.rows.length === 0) {
    return typeof props.empty === 'string' ? <Empty title={props.empty} /> : props.empty;
  }
  const className = (column: Column<T>) => [column.figure && 'figure', column.minor && 'minor'].filter(Boolean).join(' ') || undefined;
  return (
    <>
      <div className="scrolls" tabIndex={0} role="region" aria-label={props.caption}>
        <table>
          <caption className="unseen">{props.caption}</caption>
          <thead>
            <tr>
              {props.columns.map((column) => (
                <th key={column.name} scope="col" className={className(column)}>
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(isWhole ? props.rows : props.rows.slice(0, rowsMax)).map((row) => (
              <tr
                key={props.id(row)}
                {...(props.open && {
                  tabIndex: 0,
                  className: 'opens',
                  'data-row': true,
                  onClick: () => props.open?.(row),
                  onKeyDown: (event) => {
                    if (event.target !== event.currentTarget) return;
                    if (event.key !== 'Enter' && event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
                    event.preventDefault(); // or the page would scroll, and Enter press what a dialog that opens has the focus on
                    if (event.key === 'Enter') props.open?.(row);
                    else walk(event.key === 'ArrowDown' ? 1 : -1);
                  },
                })}
              >
                {props.columns.map((column) => (
                  <td key={column.name} className={className(column)}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {props.rows.length > rowsMax && (
        <div className="actions">
          <button type="button" onClick={() => setWhole(!isWhole)}>
            {isWhole ? `Only the first ${count(rowsMax)}` : `All ${count(props.rows.length)}`}
          </button>
        </div>
      )}
    </>
  );
}
