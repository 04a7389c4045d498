/** What a keyboard in a browser cannot do, and the way out. */
import { useEffect, useState } from 'preact/hooks';
import type { ChannelUse } from '../../src/contract/channel-policy.js';
import { allowsClipboard, clipboardReason } from './clipboard-words.js';
import { useFullScreen } from './full-screen.js';
import type { RemoteDesktop } from './remote-desktop.js';

const REASON = 'clipboard-reason';

interface ToolsProps {
  readonly desktop: RemoteDesktop;
  readonly remoteClipboard: boolean;
  /** What policy lets pass. */
  readonly channels: readonly ChannelUse[];
}

export function Tools({ desktop, remoteClipboard, channels }: ToolsProps) {
  const [failed, setFailed] = useState('');
  const fullScreen = useFullScreen();
  const byHand = useClipboardByHand() && allowsClipboard(channels);
  const reason = clipboardReason(channels);
  const exchange = (work: () => Promise<void>): void => {
    setFailed('');
    work()
      .catch(() => setFailed('The clipboard has nothing to give, or the browser does not allow it.'))
      .finally(() => desktop.focus());
  };
  return (
    <div class="desktop-tools">
      {reason !== null && (
        <span class="muted" id={REASON}>
          {reason}
        </span>
      )}
      {failed !== '' && <span role="status">{failed}</span>}
      <button
        type="button"
        class="button"
        onClick={() => {
          desktop.ctrlAltDel();
          desktop.focus();
        }}
      >
        Ctrl+Alt+Del
      </button>
      {byHand && (
        <>
          <button
            type="button"
            class="button"
            disabled={!channels.includes('clipboard-to-target')}
            aria-describedby={REASON}
            onClick={() => exchange(() => desktop.sendClipboard())}
          >
            Send clipboard
          </button>
          <button
            type="button"
            class="button"
            disabled={!remoteClipboard || !channels.includes('clipboard-to-client')}
            aria-describedby={REASON}
            onClick={() => exchange(() => desktop.takeClipboard())}
          >
            Take clipboard
          </button>
        </>
      )}
      <button type="button" class="button" onClick={() => void fullScreen.toggle().finally(() => desktop.focus())}>
        {fullScreen.on ? 'Leave full screen' : 'Full screen'}
      </button>
      <button type="button" class="button button-danger" onClick={() => desktop.disconnect()}>
        Disconnect
      </button>
    </div>
  );
}

/** True where the browser does not let the page follow the clipboard by itself. */
function useClipboardByHand(): boolean {
  const [byHand, setByHand] = useState(true);
  useEffect(() => {
    let status: PermissionStatus | null = null;
    const update = (): void => setByHand(status?.state !== 'granted');
    const ask = async (): Promise<void> => {
      // Not every browser knows this permission, and the types of none do.
      status = await navigator.permissions.query({ name: 'clipboard-read' as PermissionName });
      status.addEventListener('change', update);
      update();
    };
    ask().catch(() => setByHand(true));
    return () => status?.removeEventListener('change', update);
  }, []);
  return byHand;
}
