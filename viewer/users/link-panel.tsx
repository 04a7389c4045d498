import type { SignInLink } from '../../src/contract/api.js';
import { CopyButton } from '../components/copy-button.js';
import { formatTime } from '../lib/format.js';

/** A one-time link, shown this once. */
export function LinkPanel({ link, onClose }: { link: SignInLink; onClose: () => void }) {
  const url = `${location.origin}/sign-in#token=${link.token}`;
  return (
    <div class="form" role="status">
      <p>
        Give this link to <strong>{link.user.userName}</strong>. It signs them in once, until{' '}
        {formatTime(link.expiresAt)}, and lets them set a password on their account page. It is not shown again.
      </p>
      <div class="command">
        <code>{url}</code>
        <CopyButton text={url} label="Copy" />
      </div>
      <div class="row dialog-end">
        <button type="button" class="button button-main" onClick={onClose}>
          Done
        </button>
      </div>
    </div>
  );
}
