import type { ReactNode } from 'react';
import { useId, useState } from 'react';
import type { Scope } from '../api/session';
import { useSession } from '../api/session';

const WHOSE: Record<Scope, string> = {
  inference: 'a key that may ask models', 'admin:view': 'a viewer', 'admin:operate': 'an operator', 'admin:administer': 'an administrator',
};

/** A button for those who may. To others it stays in sight and within reach, does nothing, and says whose it is. */
export function Act(props: { needs: Scope; onClick: () => void; className?: string; disabled?: boolean; children: ReactNode }) {
  const { needs, onClick, className, disabled, children } = props;
  const { may, role } = useSession();
  const reason = useId();
  const [isTold, setTold] = useState(false);
  if (may(needs)) {
    return (
      <button type="button" className={className} disabled={disabled} onClick={onClick}>
        {children}
      </button>
    );
  }
  const why = `Your role, ${role}, may not: this takes ${WHOSE[needs]}.`;
  return (
    <>
      <button type="button" className={className} aria-disabled="true" aria-describedby={reason} title={why} onClick={() => setTold(true)}>
        {children}
      </button>
      <span id={reason} className={isTold ? 'soft' : 'unseen'}>
        {why}
      </span>
    </>
  );
}
