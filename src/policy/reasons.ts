/** Stable reason codes of decisions: what each says, and what would change it. */
export const REASONS = {
  'role-missing': {
    sentence: 'Your roles do not allow connections.',
    remedy: 'Ask an administrator for the role "user" or "operator".',
  },
  'target-unknown': {
    sentence: 'There is no such target in the inventory.',
    remedy: 'Choose a target from the list, or ask an administrator to add it.',
  },
  'entra-not-available': {
    sentence: 'Microsoft Entra ID sign-in to targets is not available on this gateway.',
    remedy: 'Use a user name and password.',
  },
  'kerberos-not-available': {
    sentence: 'Kerberos sign-in to targets is not available on this gateway.',
    remedy: 'Use a user name and password.',
  },
  'portal-entra-recording': {
    sentence: 'An RDP session in the portal with Microsoft Entra ID cannot be recorded, and recording is required.',
    remedy:
      'Connect with a native client, choose another authentication method, or have an operator turn recording off for this target.',
  },
  'portal-entra-unrecorded': {
    sentence: 'An RDP session in the portal with Microsoft Entra ID cannot be recorded; this session is not.',
    remedy: 'Connect with a native client or choose another authentication method to be recorded.',
  },
  'recording-off': {
    sentence: 'Recording is off for this target; this session is not recorded.',
    remedy: 'An operator can turn recording on for the target.',
  },
  'recording-required': {
    sentence: 'This session is recorded; it ends when it cannot be recorded.',
    remedy: 'An operator can change the recording setting of the target.',
  },
  'recording-preferred': {
    sentence: 'This session is recorded; it goes on with a gap when it cannot be recorded.',
    remedy: 'An operator can change the recording setting of the target.',
  },
  'import-recorded': {
    sentence: 'This captured session is recorded as what it is: imported.',
    remedy: 'None is needed.',
  },
  'import-entra': {
    sentence:
      'Microsoft Entra ID sign-in shows in this capture, and a capture does not say whether the session came in by the portal, where such a session cannot be recorded.',
    remedy: 'If it was a native client that connected, say so with --method native; that is put on record.',
  },
} as const;

export type ReasonCode = keyof typeof REASONS;
