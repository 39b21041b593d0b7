import type { ReactNode } from 'react';
import { useEffect, useId } from 'react';

export function Page(props: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${props.title} · Weir`;
  }, [props.title]);
  return (
    <>
      <header className="page">
        <div>
          <h1>{props.title}</h1>
          {props.lead && <p className="soft">{props.lead}</p>}
        </div>
        {props.actions && <div className="actions">{props.actions}</div>}
      </header>
      {props.children}
    </>
  );
}

export function Card(props: { title: string; actions?: ReactNode; children: ReactNode }) {
  const title = useId();
  return (
    <section className="card" aria-labelledby={title}>
      <header>
        <h2 id={title}>{props.title}</h2>
        {props.actions && <div className="actions">{props.actions}</div>}
      </header>
      {props.children}
    </section>
  );
}

export function Figure(props: { name: string; value: string; note?: ReactNode }) {
  return (
    <div className="tile">
      <dt>{props.name}</dt>
      <dd>{props.value}</dd>
      {props.note && <dd className="note">{props.note}</dd>}
    </div>
  );
}
