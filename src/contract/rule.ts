/** The facts that the recording rule is decided on. The words are those of the product's documentation. */

/** The entrance that a session came in by; never a claim of the client. */
export type ConnectionMethod = 'native' | 'portal' | 'imported';

/** How the person proved to the target who they are. */
export type AuthenticationMethod = 'password' | 'kerberos' | 'entra';

export type Protocol = 'rdp';

/** Facts of a session that the recording rule looks at, repeated wherever a recording goes. */
export interface RuleFacts {
  readonly connectionMethod: ConnectionMethod;
  readonly authenticationMethod: AuthenticationMethod;
  readonly protocol: Protocol;
}

/** Whether sessions to a host or target are recorded. */
export type RecordingSetting = 'required' | 'preferred' | 'off';
