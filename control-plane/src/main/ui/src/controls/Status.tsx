/** How something is: never by colour alone. */
export type Mood = 'good' | 'busy' | 'warn' | 'bad' | 'idle';

const SIGNS: Record<Mood, string> = { good: '●', busy: '◐', warn: '▲', bad: '✕', idle: '○' };

export function Status(props: { mood: Mood; children: string }) {
  return (
    <span className={`status ${props.mood}`}>
      <span aria-hidden="true">{SIGNS[props.mood]}</span> {props.children}
    </span>
  );
}
