/** Which error code a client is shown when the gateway ends its session, [MS-RDPBCGR] 2.2.5.1.1. */

const RPC_INITIATED_DISCONNECT = 0x01;
const IDLE_TIMEOUT = 0x03;
const LOGON_TIMEOUT = 0x04;
const SERVER_DENIED_CONNECTION = 0x07;
const SERVER_SHUTDOWN = 0x19;

const CODES: ReadonlyMap<string, number> = new Map([
  ['disconnected-by-administrator', RPC_INITIATED_DISCONNECT],
  ['session-idle', IDLE_TIMEOUT],
  // Clients tell of the time limit of the session, not of that of its sign-in.
  ['session-too-long', LOGON_TIMEOUT],
  ['gateway-stopped', SERVER_SHUTDOWN],
]);

/** Code for an end reason of the gateway. */
export function farewellCode(reason: string): number {
  return CODES.get(reason) ?? SERVER_DENIED_CONNECTION;
}
