/**
 * What this gateway can do so far: the rules say what is allowed, this table what is built. Whoever builds an entrance or
 * an authentication method switches it on here, and nowhere else.
 */
import type { AuthenticationMethod } from '../contract/rule.js';

export interface EntranceAbilities {
  /** The entrance is there at all. */
  readonly entrance: boolean;
  /** What a person can prove to the target by it who they are. */
  readonly authentication: { readonly [method in AuthenticationMethod]: boolean };
}

export interface GatewayAbilities {
  readonly native: EntranceAbilities;
  readonly portal: EntranceAbilities;
  readonly shareableLinks: boolean;
}

export const GATEWAY_ABILITIES: GatewayAbilities = {
  native: { entrance: true, authentication: { password: true, kerberos: false, entra: false } },
  portal: { entrance: true, authentication: { password: true, kerberos: false, entra: false } },
  shareableLinks: true,
};

/** What this gateway can do with what is set up beside it. */
export interface SetUp {
  /** An authority issues access tokens of Entra ID for RDP. */
  readonly entra: boolean;
  /** The gateway is a KDC proxy for some realm. */
  readonly kdcs: boolean;
}

export function abilitiesWith({ entra, kdcs }: SetUp): GatewayAbilities {
  const { native, portal } = GATEWAY_ABILITIES;
  return {
    ...GATEWAY_ABILITIES,
    native: { ...native, authentication: { ...native.authentication, entra } },
    // In the portal the browser speaks Kerberos, through the proxy.
    portal: { ...portal, authentication: { ...portal.authentication, entra, kerberos: kdcs } },
  };
}
