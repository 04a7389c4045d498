/** Connects in a tab of the browser: who one is on the machine, and that one knows of the recording. */
import { useState } from 'preact/hooks';
import type { TargetInfo } from '../../src/contract/api.js';
import { openDesktop } from '../desktop/launch.js';
import { RECORDING_SENTENCES } from './recording-sentences.js';

export function PortalForm({ target }: { target: TargetInfo }) {
  const [userName, setUserName] = useState('');
  const [password, setPassword] = useState('');
  const [blocked, setBlocked] = useState(false);
  const connect = (event: Event): void => {
    event.preventDefault();
    const request = { targetId: target.id, connectionMethod: 'portal', authenticationMethod: 'password' } as const;
    setBlocked(!openDesktop({ targetName: target.name, request, userName, password, domain: '' }));
  };
  return (
    <form class="form portal-form" onSubmit={connect} autoComplete="off">
      <div class="fields">
        <label>
          User name
          <input
            type="text"
            name="user"
            autoComplete="off"
            value={userName}
            onInput={(event) => setUserName(event.currentTarget.value)}
          />
        </label>
        <label>
          Password
          <input
            type="password"
            name="password"
            autoComplete="off"
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
      </div>
      {blocked && (
        <p class="notice notice-problem" role="alert">
          The browser did not open a tab. Allow this page to open tabs, then connect again.
        </p>
      )}
      <div class="row form-end">
        <button type="submit" class="button button-main">
          Connect
        </button>
        <p class="muted">{RECORDING_SENTENCES[target.recording]}</p>
      </div>
    </form>
  );
}
