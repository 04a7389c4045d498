/** A target of which nothing is known but its name and where it is. */
import type { TargetRecord } from '../database/targets.js';

export const BARE_TARGET = {
  recordingSetting: null,
  resourceId: null,
  nicId: null,
  virtualNetworkId: null,
  peered: false,
  entraJoined: false,
  realm: null,
  certificatePolicy: 'trust-on-first-use',
  certificateSha256: null,
} as const satisfies Partial<TargetRecord>;
