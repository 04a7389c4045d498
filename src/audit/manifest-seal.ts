/** Signs the manifests of recordings; `verify-manifest.ts` checks them. */
import type { Json } from '../contract/json.js';
import type { Manifest, ManifestBody } from '../contract/manifest.js';
import type { Signer } from './signer.js';

export function sealManifest(body: ManifestBody, signer: Signer): Manifest {
  return {
    ...body,
    signature: {
      algorithm: 'Ed25519',
      keyId: signer.keyId,
      publicKey: signer.publicKeyText,
      value: signer.sign(asJson(body)),
    },
  };
}

/** A manifest holds JSON values only; its interfaces just lack the index signature that `Json` has. */
function asJson(body: ManifestBody): Json {
  return body as unknown as Json;
}
