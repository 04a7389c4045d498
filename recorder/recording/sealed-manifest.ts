/** Whether a signed manifest is the one that was asked for. */
import { canonicalJson } from '../../src/contract/json.js';
import type { Manifest, ManifestBody } from '../../src/contract/manifest.js';
import { RecorderError } from './recorder-error.js';

/** What is stored, or came back signed, has to be what was verified. @throws RecorderError `manifest-mismatch` */
export function expectSealed(bytes: Uint8Array, body: Omit<ManifestBody, 'audit'>): void {
  const { audit, signature, ...sealed } = JSON.parse(Buffer.from(bytes).toString('utf8')) as Manifest;
  // An earlier recorder may have sealed it with another encoder; the video itself was compared.
  const comparable = (value: object) => canonicalJson({ ...value, encoder: null });
  if (audit === undefined || signature === undefined || comparable(sealed) !== comparable(body)) {
    throw new RecorderError('manifest-mismatch', 'the signed manifest is not the one that was asked for');
  }
}
