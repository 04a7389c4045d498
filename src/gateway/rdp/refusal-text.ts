/** What a person is told who was refused although their ticket was good: a sentence, and what to do about it. */
import type { SessionRecord } from '../../database/sessions.js';
import type { RefusalReason } from './refusal-reason.js';
import { TARGET_PROBLEMS, type TargetProblem } from './target/target-error.js';

/** The session that the ticket was for: nobody but its owner comes to see this. */
export type RefusedSession = Pick<SessionRecord, 'id' | 'userName' | 'targetName' | 'targetAddress' | 'targetPort'>;

export interface RefusalText {
  readonly what: string;
  readonly remedy: string;
}

const NOBODY: RefusalText = {
  what: 'The connection was refused.',
  remedy: 'Ask for another session on the gateway’s page.',
};

const TEXTS: { readonly [Reason in RefusalReason]?: RefusalText } = {
  'session-over': { what: 'The session has ended.', remedy: 'Ask for another one on the gateway’s page.' },
  'policy-denied': {
    what: 'Policy does not allow this session any more: it changed since the session was asked for.',
    remedy: 'Ask for the session again: the gateway’s page names each reason and what would change it.',
  },
  'policy-changed': {
    what: 'Whether this session is recorded has changed since it began, so it cannot go on.',
    remedy: 'Ask for another session on the gateway’s page.',
  },
  'link-over': {
    what: 'The link that you came by was revoked, or has expired.',
    remedy: 'Ask the person who gave it to you for another one.',
  },
  'too-many-sessions': {
    what: 'As many sessions are open as may be open at the same time.',
    remedy: 'End one of your sessions, also one whose client was lost, and ask for another.',
  },
};

export function refusalText(reason: RefusalReason | TargetProblem): RefusalText {
  if (!(reason in TARGET_PROBLEMS)) return TEXTS[reason as RefusalReason] ?? NOBODY;
  const { sentence, remedy } = TARGET_PROBLEMS[reason as TargetProblem];
  return { what: sentence, remedy };
}
