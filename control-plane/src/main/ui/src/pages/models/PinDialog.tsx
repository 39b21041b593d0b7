import { useChange } from '../../api/session';
import type { ModelLine } from '../../api/types';
import { Confirm } from '../../controls/Confirm';

/** Keeps a model where it is, or lets it go again. */
export function PinDialog(props: { engine: string; model: ModelLine; onClose: () => void }) {
  const { engine, model } = props;
  const isPinned = model.pin != null;
  const change = useChange('POST /admin/models/pins', 'GET /admin/models');
  return (
    <Confirm
      title={isPinned ? `Take out the pin of ${model.name}` : `Pin ${model.name}`}
      action={isPinned ? 'Unpin' : 'Pin'}
      harmless={!isPinned}
      pending={change.isPending}
      failure={change.error}
      onClose={props.onClose}
      onConfirm={(reason) => change.mutate({ body: { engine, model: model.name, pinned: !isPinned }, reason }, { onSuccess: props.onClose })}
      effect={
        isPinned ? (
          <p>
            {model.name} may be unloaded and put to sleep again. It was pinned by <span className="mono">{model.pin?.actor}</span>: {model.pin?.reason}
          </p>
        ) : (
          <p>Nobody can unload {model.name} from {engine} or put it to sleep through Weir before the pin is taken out again.</p>
        )
      }
    />
  );
}
