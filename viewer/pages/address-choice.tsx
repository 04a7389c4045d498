/** Connecting by IP address: what is typed is looked up, so that one knows what policy says of it before one connects. */
import { useState } from 'preact/hooks';
import type { Problem } from '../../src/contract/api.js';
import type { PortalTarget } from '../../src/contract/portal.js';
import { getJson, problemOf } from '../api/client.js';
import { ProblemNotice } from '../components/notice.js';

/** The row below the machines of the inventory. */
export function AddressRow({ chosen, onChoose }: { chosen: boolean; onChoose: () => void }) {
  return (
    <label class="target">
      <input type="radio" name="target" checked={chosen} onChange={onChoose} />
      <span class="target-name">Another machine, by IP address</span>
    </label>
  );
}

interface AddressFormProps {
  /** Null: what was found no longer is what is typed. */
  readonly onFound: (target: PortalTarget | null) => void;
}

export function AddressForm({ onFound }: AddressFormProps) {
  const [address, setAddress] = useState('');
  const [port, setPort] = useState('3389');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const typed = (set: (text: string) => void, text: string): void => {
    set(text.trim());
    setProblem(null);
    onFound(null);
  };
  const lookUp = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const query = new URLSearchParams({ address, port }).toString();
      onFound(await getJson<PortalTarget>(`/api/v1/portal/address?${query}`));
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      class="card connect-card form"
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void lookUp();
      }}
    >
      <div class="fields">
        <label>
          IP address
          <input
            type="text"
            required
            pattern="[0-9A-Fa-f.:]+"
            title="An IPv4 or IPv6 address"
            value={address}
            readOnly={busy}
            onInput={(event) => typed(setAddress, event.currentTarget.value)}
          />
        </label>
        <label>
          Port
          <input
            type="number"
            required
            min={1}
            max={65_535}
            value={port}
            readOnly={busy}
            onInput={(event) => typed(setPort, event.currentTarget.value)}
          />
        </label>
      </div>
      {problem !== null && <ProblemNotice problem={problem} />}
      <div class="row form-end">
        <button type="submit" class="button" disabled={busy}>
          {busy ? 'Asking…' : 'Look it up'}
        </button>
        <p class="muted">You see what policy says of it, and how to sign in.</p>
      </div>
    </form>
  );
}
