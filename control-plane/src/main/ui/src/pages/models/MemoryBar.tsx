import { bytes } from '../../controls/figures';

interface Parts {
  weightsBytes: number;
  kvCacheBytes: number;
  workingBytes: number;
}

const NAMES: [keyof Parts, string][] = [['weightsBytes', 'weights'], ['kvCacheBytes', 'KV cache'], ['workingBytes', 'working memory']];

/** What a model takes, part by part; the words say what the bar shows. */
export function MemoryBar(props: Parts & { ofBytes: number }) {
  const { ofBytes } = props;
  let from = 0;
  return (
    <div className="memory">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        {NAMES.map(([part]) => {
          const width = ofBytes === 0 ? 0 : (props[part] / ofBytes) * 100;
          const place = from;
          from += width;
          return <rect key={part} className={part} x={place} width={width} height="8" />;
        })}
      </svg>
      <ul>
        {NAMES.map(([part, name]) => (
          <li key={part} className={part}>
            {name} {bytes(props[part])}
          </li>
        ))}
      </ul>
    </div>
  );
}
