/**
 * [invariant 1] Entra ID that shows when a capture is being recorded already: in a logon that the server compressed, which the
 * survey cannot read, and the recorder can. Policy is asked again with what is known then.
 */
import type { ContainerClient } from '@azure/storage-blob';
import type { DecisionId } from '../contract/ids.js';
import type { RecordingEvent } from '../contract/manifest.js';
import { decideImport, type ImportFacts } from '../policy/decide-import.js';
import { isEntraLogon } from '../rdp/relay/logon-event.js';
import { ImportError } from './import-error.js';
import { refusalOf } from './refusal.js';

export class LateEntra {
  /** Rejects with an ImportError `entra` when the import is refused after all; never resolves. */
  readonly refused: Promise<never>;
  readonly #facts: ImportFacts;
  readonly #decisionId: DecisionId;
  #reject: (error: ImportError) => void = () => {};
  #refusal: ImportError | null = null;
  #seen = false;

  constructor(facts: ImportFacts, decisionId: DecisionId) {
    this.#facts = facts;
    this.#decisionId = decisionId;
    this.refused = new Promise((_, reject) => {
      this.#reject = reject;
    });
    // Whoever does not wait for it asks `check`.
    this.refused.catch(() => {});
  }

  /** Where it showed, as the survey says it. */
  get seen(): readonly string[] {
    return this.#seen ? ['save-session-info-compressed'] : [];
  }

  /** True when what the recorder has read forbids the recording. */
  heard(event: RecordingEvent): boolean {
    if (!isEntraLogon(event)) return false;
    this.#seen = true;
    const decision = decideImport({ ...this.#facts, authenticationMethod: 'entra' }, this.#decisionId);
    if (decision.outcome === 'allowed') return false;
    this.#refusal = refusalOf(decision.reasons);
    this.#reject(this.#refusal);
    return true;
  }

  /** @throws ImportError `entra` when the import is refused after all */
  check(): void {
    if (this.#refusal !== null) throw this.#refusal;
  }
}

/** Removes what was stored of a recording. Rejects where storage keeps it, as under a retention policy. */
export async function removeStored(container: ContainerClient, folder: string): Promise<void> {
  for await (const { name } of container.listBlobsFlat({ prefix: `${folder}/` })) await container.deleteBlob(name);
}
