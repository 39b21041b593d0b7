import type { ReviewMessage } from '../../api/types';

/** What was said, and what was answered to it. */
export function Conversation(props: { messages: ReviewMessage[]; answer: string }) {
  return (
    <ol className="conversation">
      {props.messages.map((message, index) => (
        <li key={index} className={message.role}>
          <h3>{message.role}</h3>
          <div className="said">{message.content}</div>
        </li>
      ))}
      <li className="answer">
        <h3>The answer</h3>
        <div className="said" data-answer>
          {props.answer || <span className="soft">It is empty.</span>}
        </div>
      </li>
    </ol>
  );
}
