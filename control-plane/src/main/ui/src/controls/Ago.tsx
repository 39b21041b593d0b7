import { ago, moment } from './figures';
import { useNow } from './now';

/** When something was: how long ago to see, exactly and with its zone to point at. */
export function Ago(props: { at: string | number }) {
  const now = useNow();
  const exact = moment(props.at);
  return (
    <time dateTime={new Date(props.at).toISOString()} title={exact}>
      {ago(props.at, now)}
    </time>
  );
}
