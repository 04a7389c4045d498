/** Every end of a desktop: what happened, and what can be done. */
import { useEffect, useRef } from 'preact/hooks';
import type { EndText } from './end-reasons.js';

interface EndCardProps {
  readonly text: EndText;
  /** The same session waits for this client. */
  readonly again: boolean;
  readonly onReconnect: () => void;
  readonly onRestart: () => void;
}

export function EndCard({ text, again, onReconnect, onRestart }: EndCardProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // The screen had the focus, and is gone.
  useEffect(() => heading.current?.focus(), []);
  return (
    <div class="desktop-end">
      <div class="card desktop-card">
        <h1 ref={heading} tabIndex={-1}>
          {again ? 'The connection was lost' : text.title}
        </h1>
        <p>{again ? 'The session goes on on the machine, and waits for you for a while.' : text.detail}</p>
        <p class="muted">{again ? 'Check your network, then come back to it.' : text.remedy}</p>
        <div class="row">
          <button type="button" class="button button-main" onClick={again ? onReconnect : onRestart}>
            {again ? 'Reconnect' : 'Connect again'}
          </button>
          <a class="button" href="/connect">
            Back to the portal
          </a>
        </div>
      </div>
    </div>
  );
}
