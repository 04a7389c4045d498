/** Connects in a tab of the browser: how one signs in on the machine, and that one knows of the recording. */
import { useState } from 'preact/hooks';
import type { SessionRequest } from '../../src/contract/api.js';
import type { PortalChoice, PortalTarget, RecordingNotice } from '../../src/contract/portal.js';
import type { AuthenticationMethod } from '../../src/contract/rule.js';
import { Badge } from '../components/badge.js';
import { Reasons } from '../components/reasons.js';
import { openDesktop } from '../desktop/launch.js';
import { AUTHENTICATION_NAMES } from '../lib/rule-words.js';
import { placeOf, wordsOf } from './choice-words.js';
import { EntraSignIn } from './entra-sign-in.js';

interface PortalFormProps {
  readonly target: PortalTarget;
  /** The person typed its address. */
  readonly typed: boolean;
  readonly notice: RecordingNotice | null;
  /** Of the shareable link that the person came by. */
  readonly linkSecret?: string;
}

export function PortalForm({ target, notice, typed, linkSecret }: PortalFormProps) {
  const [method, setMethod] = useState<AuthenticationMethod>(
    target.portal.find(({ allowed }) => allowed)?.authenticationMethod ?? 'password',
  );
  const [userName, setUserName] = useState('');
  const [password, setPassword] = useState('');
  const [entraSignIn, setEntraSignIn] = useState<string | null>(null);
  const [accepted, setAccepted] = useState(false);
  const [blocked, setBlocked] = useState(false);
  const choice = target.portal.find(({ authenticationMethod }) => authenticationMethod === method);
  const asksFor = choice?.recorded === true ? notice : null;
  const ready =
    choice?.allowed === true && (asksFor === null || accepted) && (method !== 'entra' || entraSignIn !== null);
  const hintOf = (): string => (asksFor !== null && !accepted ? 'Accept the recording first.' : 'A new tab opens.');
  const connect = (event: Event): void => {
    event.preventDefault();
    const request: SessionRequest = {
      ...placeOf(target, typed),
      connectionMethod: 'portal',
      authenticationMethod: method,
      ...(method === 'kerberos' && { signInName: userName }),
      ...(method === 'entra' && entraSignIn !== null && { entraSignIn }),
      ...(linkSecret !== undefined && { linkSecret }),
      ...(asksFor !== null && { acceptedNotice: asksFor.version }),
    };
    const signIn = method === 'entra' ? { userName: '', password: '' } : { userName, password };
    setBlocked(
      !openDesktop({ targetName: target.name, targetAddress: target.address, request, ...signIn, domain: '' }),
    );
    // A sign-in with Entra ID is good for one session.
    setEntraSignIn(null);
  };
  return (
    <form class="form" onSubmit={connect} autoComplete="off">
      <fieldset class="ways">
        <legend>Sign in on the machine with</legend>
        {target.portal.map((way) => (
          <Way key={way.authenticationMethod} choice={way} chosen={way === choice} onChoose={setMethod} />
        ))}
      </fieldset>
      {method === 'entra' ? (
        choice?.allowed === true && (
          <EntraSignIn targetId={target.id} granted={entraSignIn} onGranted={setEntraSignIn} />
        )
      ) : (
        <div class="fields">
          <label>
            {method === 'kerberos' ? 'User name (name@realm)' : 'User name'}
            <input
              type="text"
              autoComplete="off"
              value={userName}
              onInput={(event) => setUserName(event.currentTarget.value)}
            />
          </label>
          <label>
            Password
            <input
              type="password"
              autoComplete="off"
              value={password}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
          </label>
        </div>
      )}
      {asksFor !== null && (
        <label class="accept">
          <input type="checkbox" checked={accepted} onChange={(event) => setAccepted(event.currentTarget.checked)} />
          <span>{asksFor.text}</span>
        </label>
      )}
      {blocked && (
        <p class="notice notice-problem" role="alert">
          The browser did not open a tab. Allow this page to open tabs, then connect again.
        </p>
      )}
      <div class="row form-end">
        <button type="submit" class="button button-main" disabled={!ready}>
          Connect
        </button>
        <p class="muted">{choice?.allowed !== true ? 'Choose another way to sign in.' : hintOf()}</p>
      </div>
    </form>
  );
}

interface WayProps {
  readonly choice: PortalChoice;
  readonly chosen: boolean;
  readonly onChoose: (method: AuthenticationMethod) => void;
}

/** One that cannot be used is shown with the reason; it can be looked at, and not connected with. */
function Way({ choice, chosen, onChoose }: WayProps) {
  const { authenticationMethod } = choice;
  const id = `reasons-${authenticationMethod}`;
  return (
    <div class="way">
      <label>
        <input
          type="radio"
          name="authentication"
          checked={chosen}
          aria-describedby={id}
          onChange={() => onChoose(authenticationMethod)}
        />
        <span>{AUTHENTICATION_NAMES[authenticationMethod]}</span>
        <Badge {...wordsOf(choice)} />
      </label>
      <div id={id} hidden={!chosen}>
        <Reasons reasons={choice.reasons} />
      </div>
    </div>
  );
}
