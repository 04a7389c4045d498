/** Facts of a session that is allowed and recorded, for tests that change some of them. */
import type { SessionFacts } from '../../../src/policy/decide.js';

export function sessionFacts(change: Partial<SessionFacts> = {}): SessionFacts {
  return {
    sku: 'premium',
    ipConnect: true,
    nativeClient: true,
    shareableLinks: true,
    sessionRecording: true,
    hostRecording: 'required',
    forcedTunnelling: false,
    expressRouteDefaultRoute: false,
    bastionSubnetUdr: false,
    ntlmFallbackBlocked: false,
    connectionMethod: 'native',
    throughLink: false,
    authenticationMethod: 'password',
    protocol: 'rdp',
    upnSignIn: true,
    crossRealm: false,
    mayConnect: true,
    readerOnTarget: true,
    readerOnNic: true,
    readerOnHost: true,
    readerOnNetwork: true,
    vmLogin: true,
    targetKnown: true,
    targetKind: 'resource',
    port: 3389,
    peered: false,
    entraJoined: true,
    targetRecording: null,
    policyVersion: 1,
    ...change,
  };
}
