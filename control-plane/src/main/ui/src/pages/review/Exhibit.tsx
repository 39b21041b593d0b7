import type { ReviewMessage } from '../../api/types';
import { Conversation } from './Conversation';

/** What stands beside an answer: another one, or what somebody says of it. */
export interface Beside {
  title: string;
  text: string;
}

/** An answer with what was asked, and beside it what it is to be seen with. */
export function Exhibit(props: { messages: ReviewMessage[]; answer: string; beside: Beside[] }) {
  return (
    <div className="columns">
      <Conversation messages={props.messages} answer={props.answer} />
      <div className="stack">
        {props.beside.map(({ title, text }) => (
          <div key={title}>
            <h3>{title}</h3>
            <pre className="call">{text}</pre>
          </div>
        ))}
      </div>
    </div>
  );
}
