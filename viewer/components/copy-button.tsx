import { useEffect, useState } from 'preact/hooks';

const SHOWN_MS = 2000;

/** Copies text, and says whether that worked. `text` is a function when it is only known at the click. */
export function CopyButton({ text, label }: { text: string | (() => string); label: string }) {
  const [result, setResult] = useState<'copied' | 'failed' | null>(null);
  useEffect(() => {
    if (result === null) return undefined;
    const timer = setTimeout(() => setResult(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [result]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
      setResult('copied');
    } catch {
      setResult('failed');
    }
  };
  return (
    <button type="button" class="button button-copy" onClick={() => void copy()}>
      {/* Both texts take their place, so that the button keeps its width. */}
      <span class="swap">
        <span aria-hidden={result !== null} class={result === null ? '' : 'swap-out'}>
          {label}
        </span>
        <span role="status" class={result === null ? 'swap-out' : ''}>
          {result === 'failed' ? 'Not allowed' : 'Copied'}
        </span>
      </span>
    </button>
  );
}
