import type { SignInLink } from '../../src/contract/api.js';
import { ShownOnce } from '../components/shown-once.js';
import { formatTime } from '../lib/format.js';

/** A one-time link, shown this once. */
export function LinkPanel({ link, onClose }: { link: SignInLink; onClose: () => void }) {
  return (
    <ShownOnce text={`${location.origin}/sign-in#token=${link.token}`} onDone={onClose}>
      Give this link to <strong>{link.user.userName}</strong>. It signs them in once, until {formatTime(link.expiresAt)}
      , and lets them set a password on their account page. It is not shown again.
    </ShownOnce>
  );
}
