/**
 * [invariant 1] A recording that the rule forbids afterwards: it was permitted, and then Entra ID showed in its session. From
 * then on nobody is shown it, however far it is and however its session ended.
 */
import type { SessionId } from '../../contract/ids.js';
import type { RecordingEvent } from '../../contract/manifest.js';
import type { RuleFacts } from '../../contract/rule.js';
import { forbiddenWithEntra } from '../../policy/permit.js';
import { isEntraLogon } from '../../rdp/relay/logon-event.js';
import type { AuditAppender, RecordingRows } from './recording-records.js';

export interface WithholdingOptions {
  readonly sessionId: SessionId;
  /** On which the recording was permitted. */
  readonly facts: RuleFacts;
  readonly rows: Pick<RecordingRows, 'withhold'>;
  readonly audit: AuditAppender;
}

export class Withholding {
  readonly #options: WithholdingOptions;
  #done = false;

  constructor(options: WithholdingOptions) {
    this.#options = options;
  }

  /** A logon that the target told of. */
  async heard(event: RecordingEvent): Promise<void> {
    const forbidden = forbiddenWithEntra(this.#options.facts);
    if (forbidden && isEntraLogon(event)) await this.withhold('logon-compressed');
  }

  /** Entra ID showed at `where`. What cannot be put on record is withheld all the same; rejects then. */
  async withhold(where: string): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    const { sessionId, rows, audit } = this.#options;
    try {
      const data = { reason: 'recording-rule', where };
      await audit.append({ kind: 'recording.withheld', actor: 'gateway', sessionId, data });
    } finally {
      await rows.withhold(sessionId);
    }
  }
}
