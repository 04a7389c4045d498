/** Mechanisms of SPNEGO by their object identifiers, as DER has their contents. */
import { equalInConstantTime } from '../bytes.js';

/** 1.3.6.1.5.5.2. */
export const SPNEGO_OID = Uint8Array.of(0x2b, 0x06, 0x01, 0x05, 0x05, 0x02);
/** 1.3.6.1.4.1.311.2.2.10, [MS-NLMP] 1.9. */
export const NTLM_OID = Uint8Array.of(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a);
/** 1.3.6.1.4.1.311.2.2.30, [MS-NEGOEX] 1.9. */
export const NEGOEX_OID = Uint8Array.of(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x1e);
/** 1.3.6.1.5.2.7. */
export const PKU2U_OID = Uint8Array.of(0x2b, 0x06, 0x01, 0x05, 0x02, 0x07);
/** 1.2.840.113554.1.2.2, RFC 4121. */
export const KERBEROS_OID = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02);
/** [MS-SPNG] 2.2: Windows writes Kerberos with a bit lost as well. */
export const MS_KERBEROS_OID = Uint8Array.of(0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 0x01, 0x02, 0x02);
/** Kerberos user-to-user, 1.2.840.113554.1.2.2.3. */
export const KERBEROS_USER_TO_USER_OID = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02, 0x03);

export type Mechanism = 'ntlm' | 'negoex' | 'pku2u' | 'kerberos' | 'unknown';

const MECHANISMS: readonly (readonly [Uint8Array, Mechanism])[] = [
  [NTLM_OID, 'ntlm'],
  [NEGOEX_OID, 'negoex'],
  [PKU2U_OID, 'pku2u'],
  [KERBEROS_OID, 'kerberos'],
  [MS_KERBEROS_OID, 'kerberos'],
  [KERBEROS_USER_TO_USER_OID, 'kerberos'],
];

export function mechanismOf(oid: Uint8Array): Mechanism {
  return MECHANISMS.find(([known]) => equalInConstantTime(known, oid))?.[1] ?? 'unknown';
}
