/** Security protocols and why their negotiation fails: [MS-RDPBCGR] 2.2.1.1.1, 2.2.1.2.1 and 2.2.1.2.2. */

/** `requestedProtocols` is a combination of these, `selectedProtocol` is one of them. */
export const PROTOCOL_RDP = 0x00;
export const PROTOCOL_SSL = 0x01;
export const PROTOCOL_HYBRID = 0x02;
export const PROTOCOL_RDSTLS = 0x04;
export const PROTOCOL_HYBRID_EX = 0x08;
export const PROTOCOL_RDSAAD = 0x10;

/** `failureCode` of RDP_NEG_FAILURE. */
export const SSL_REQUIRED_BY_SERVER = 1;
export const SSL_NOT_ALLOWED_BY_SERVER = 2;
export const SSL_CERT_NOT_ON_SERVER = 3;
export const INCONSISTENT_FLAGS = 4;
export const HYBRID_REQUIRED_BY_SERVER = 5;
export const SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER = 6;
