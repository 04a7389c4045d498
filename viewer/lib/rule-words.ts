/** The facts of the recording rule as people read them. */
import type { AuthenticationMethod, ConnectionMethod, RecordingSetting } from '../../src/contract/rule.js';

export const METHOD_NAMES: { readonly [method in ConnectionMethod]: string } = {
  native: 'Native client',
  portal: 'Portal',
  imported: 'Imported',
};

export const AUTHENTICATION_NAMES: { readonly [method in AuthenticationMethod]: string } = {
  password: 'User name and password',
  kerberos: 'Kerberos',
  entra: 'Microsoft Entra ID',
};

export const RECORDING_TEXTS: { readonly [setting in RecordingSetting]: string } = {
  required: 'Required: no session without it',
  preferred: 'Preferred: sessions go on with a gap',
  off: 'Off',
};

/** The settings and their texts, in the order of a form. */
export const RECORDING_OPTIONS = Object.entries(RECORDING_TEXTS) as readonly [RecordingSetting, string][];
