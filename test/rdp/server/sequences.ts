/** Our client and our server, connected without I/O. */
import type { ClientOptions } from '../../../src/rdp/client/client-options.js';
import { startClientSequence, stepClientSequence } from '../../../src/rdp/client/client-sequence.js';
import type { ClientOutput, ClientState } from '../../../src/rdp/client/client-state.js';
import { startServerSequence, stepServerSequence } from '../../../src/rdp/server/server-sequence.js';
import type { ServerOptions, ServerOutput, ServerState, ServerStep } from '../../../src/rdp/server/server-state.js';

export const CLIENT_OPTIONS: ClientOptions = {
  desktopWidth: 800,
  desktopHeight: 600,
  colorDepth: 32,
  selectedProtocol: 1,
  userName: 'alice',
  password: 'secret',
  domain: 'example',
  clientName: 'TEST',
  channels: [
    { name: 'rdpdr', options: 0 },
    { name: 'cliprdr', options: 0 },
  ],
  compressionType: 1,
  bitmapCodecs: [],
  fastPathOutput: true,
  skipChannelJoin: false,
};

export const SERVER_OPTIONS: ServerOptions = {
  requestedProtocols: 3,
  chooseDesktop: ({ desktopWidth, desktopHeight, colorDepth }) => ({ desktopWidth, desktopHeight, colorDepth }),
};

export class Conversation {
  client: ClientState;
  server: ServerState;
  readonly clientOutputs: ClientOutput[] = [];
  readonly serverOutputs: ServerOutput[] = [];
  /** Names of the states that the two went through. */
  readonly clientStates: string[] = [];
  readonly serverStates: string[] = [];
  /** All that was sent to the server, in order, with the state that it was in. */
  readonly toServer: { readonly state: ServerState; readonly pdu: Uint8Array }[] = [];
  readonly toClient: { readonly state: ClientState; readonly pdu: Uint8Array }[] = [];

  constructor(clientOptions: Partial<ClientOptions> = {}, serverOptions: Partial<ServerOptions> = {}) {
    this.server = startServerSequence({ ...SERVER_OPTIONS, ...serverOptions });
    const { state, outputs } = startClientSequence({ ...CLIENT_OPTIONS, ...clientOptions });
    this.client = state;
    this.#fromClient(outputs);
  }

  /** Takes a step that the server made by itself. */
  serverStep({ state, outputs }: ServerStep): void {
    this.server = state;
    this.#fromServer(outputs);
  }

  #fromClient(outputs: readonly ClientOutput[]): void {
    this.clientStates.push(this.client.name);
    for (const output of outputs) {
      if (output.type !== 'send') {
        this.clientOutputs.push(output);
        continue;
      }
      this.toServer.push({ state: this.server, pdu: output.bytes });
      this.serverStep(stepServerSequence(this.server, output.bytes));
    }
  }

  #fromServer(outputs: readonly ServerOutput[]): void {
    this.serverStates.push(this.server.name);
    for (const output of outputs) {
      if (output.type !== 'send') {
        this.serverOutputs.push(output);
        continue;
      }
      this.toClient.push({ state: this.client, pdu: output.bytes });
      const step = stepClientSequence(this.client, output.bytes);
      this.client = step.state;
      this.#fromClient(step.outputs);
    }
  }
}
