const CHARS_MIN = 3;
const CHARS_MAX = 500;

export const isReason = (text: string) => text.trim().length >= CHARS_MIN;

/** Why somebody does it; the server wants to know, too. */
export function Reason(props: { value: string; onChange: (text: string) => void }) {
  return (
    <label>
      Reason, for the audit log
      <textarea rows={2} value={props.value} minLength={CHARS_MIN} maxLength={CHARS_MAX} onChange={(event) => props.onChange(event.target.value)} required />
    </label>
  );
}
