import type { ReactNode } from 'react';
import { changed } from './rows';

interface Column<Row> {
  head: string;
  cell: (row: Row, index: number, change: (change: Partial<Row>) => void) => ReactNode;
}

interface Props<Row> {
  name: string;
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  /** What a row is called where it is left out. */
  called: (row: Row, index: number) => string;
  onChange: (rows: Row[]) => void;
}

/** A table whose rows are changed in their places and left out, but for the last one. */
export function EditedRows<Row>({ name, caption, columns, rows, called, onChange }: Props<Row>) {
  return (
    <div className="scrolls" tabIndex={0} role="region" aria-label={name}>
      <table className="plan">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head} scope="col">
                {column.head}
              </th>
            ))}
            <th scope="col">
              <span className="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {columns.map((column) => (
                <td key={column.head}>{column.cell(row, index, (change) => onChange(changed(rows, index, change)))}</td>
              ))}
              <td>
                <button type="button" className="small" aria-label={`Leave out ${called(row, index)}`} disabled={rows.length === 1} onClick={() => onChange(changed(rows, index, null))}>
                  Leave out
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
