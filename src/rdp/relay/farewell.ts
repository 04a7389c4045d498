/** Which error code a client is shown when the gateway ends its session, [MS-RDPBCGR] 2.2.5.1.1. */

const RPC_INITIATED_DISCONNECT = 0x01;
const IDLE_TIMEOUT = 0x03;
const SERVER_DENIED_CONNECTION = 0x07;
const SERVER_SHUTDOWN = 0x19;

/** Code for an end reason of the gateway. */
export function farewellCode(reason: string): number {
  if (reason === 'disconnected-by-administrator') return RPC_INITIATED_DISCONNECT;
  if (reason === 'client-idle') return IDLE_TIMEOUT;
  return reason === 'gateway-stopped' ? SERVER_SHUTDOWN : SERVER_DENIED_CONNECTION;
}
