import { Status } from '../../controls/Status';

/** What became of a call, as its caller saw it. */
export function Outcome(props: { status: string }) {
  const { status } = props;
  if (status === 'cancelled') return <Status mood="idle">cancelled</Status>;
  if (status === 'broken') return <Status mood="bad">broken off</Status>;
  if (status.startsWith('2')) return <Status mood="good">{status}</Status>;
  return <Status mood={status.startsWith('5') ? 'bad' : 'warn'}>{status}</Status>;
}
