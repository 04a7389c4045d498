import type { Manifest } from '../../../src/contract/manifest.js';

/** The recorder does not check signatures: the gateway that asked for it signs. */
export const TEST_SIGNATURE: Manifest['signature'] = {
  algorithm: 'Ed25519',
  keyId: '0123456789abcdef',
  publicKey: '',
  value: '',
};
