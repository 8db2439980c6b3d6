import { useEffect, useState } from 'preact/hooks';
import { shortHex } from '../words/format.ts';

/** A hash or name in short form unless told otherwise, with a button that copies all of it. */
export function Hash({
  of: text,
  label = 'the whole value',
  isWhole = false,
}: {
  of: string;
  label?: string;
  /** Not shortened. */
  isWhole?: boolean;
}) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => navigator.clipboard?.writeText(text).then(() => setCopied(true));
  return (
    <span class={isWhole ? 'whole hash' : 'hash'}>
      <code title={text}>{isWhole ? text : shortHex(text)}</code>
      <button type="button" class="copy" aria-label={`Copy ${label}: ${shortHex(text)}`} onClick={copy}>
        {isCopied ? 'copied' : 'copy'}
      </button>
    </span>
  );
}
