/** The RDP client: a web component that speaks RDCleanPath and RDP, in WebAssembly. One element is one connection. */
import '@devolutions/iron-remote-desktop';
import type { IronError, UserInteraction } from '@devolutions/iron-remote-desktop';
import {
  Backend,
  displayControl,
  enableCredssp,
  init,
  kdcProxyUrl,
  outboundMessageSizeLimit,
} from '@devolutions/iron-remote-desktop-rdp';

/** `ScreenScale.Fit` of the component, which does not export it. */
const FIT = 1;
/** The gateway takes no longer messages. */
const MESSAGE_BYTES = 64 * 1024;
/** The component shows itself within this. */
const SHOWN_MS = 200;
/** Close code for "the person has disconnected": the gateway does not wait for them to come back. */
const DISCONNECTED = 4001;
/** A server that changes the size does so within this; the picture is fitted into the window again then. */
const RESIZED_MS = 1_500;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface RemoteDesktopOptions {
  readonly host: HTMLElement;
  /** The routing token of the session. */
  readonly ticket: string;
  readonly destination: string;
  readonly userName: string;
  readonly password: string;
  readonly domain: string;
  readonly size: Size;
  readonly clipboard: boolean;
  /** Of a session of Kerberos: path of its KDC proxy on this host. */
  readonly kdcProxyPath: string | null;
  /** Something is worth saying, such as a clipboard that the browser does not give. */
  readonly onWarning: (text: string) => void;
  /** The remote clipboard has something that the browser does not take by itself. */
  readonly onRemoteClipboard: () => void;
}

export interface RemoteDesktop {
  /** Resolves when the connection is over, however; with what the client says of it. */
  readonly over: Promise<string>;
  resize(size: Size): void;
  ctrlAltDel(): void;
  /** Gives the browser's clipboard to the remote one. Rejects when the browser does not allow it. */
  sendClipboard(): Promise<void>;
  /** Gives the remote clipboard to the browser's. Rejects when there is nothing, or the browser does not allow it. */
  takeClipboard(): Promise<void>;
  focus(): void;
  disconnect(): void;
  /** Takes the picture off the page. */
  remove(): void;
}

let loading: Promise<void> | null = null;

/** Connects. Rejects with an error whose message says what the client saw. */
export async function connectRemoteDesktop(options: RemoteDesktopOptions): Promise<RemoteDesktop> {
  loading ??= init('ERROR');
  await loading;
  const { element, interaction } = await mount(options.host);
  await clipboardAsked();
  const { clipboard, onWarning, onRemoteClipboard } = options;
  interaction.setEnableClipboard(clipboard);
  interaction.onWarningCallback(onWarning);
  interaction.onClipboardRemoteUpdateCallback(onRemoteClipboard);
  const sockets = catchSockets();
  try {
    const { run } = await interaction.connect(configOf(options, interaction));
    interaction.setVisibility(true);
    // What is not visible yet takes no focus, and without it nothing that is typed.
    setTimeout(() => element.focus(), SHOWN_MS);
    const over = run()
      .then((info) => info.reason(), textOf)
      // A client that stumbles leaves its connection open, and the gateway would take it for live.
      .finally(() => closeAll(sockets.caught));
    return handleOf(element, interaction, sockets.caught, over);
  } catch (error) {
    element.remove();
    throw new Error(textOf(error), { cause: error });
  } finally {
    sockets.stop();
  }
}

function configOf(
  { userName, password, domain, destination, ticket, size, kdcProxyPath }: RemoteDesktopOptions,
  ui: UserInteraction,
) {
  const builder = ui
    .configBuilder()
    .withUsername(userName)
    .withPassword(password)
    .withServerDomain(domain)
    .withDestination(destination)
    .withProxyAddress(`wss://${location.host}/rdcleanpath`)
    .withAuthToken(ticket)
    .withDesktopSize({ ...size })
    .withExtension(displayControl(true))
    .withExtension(enableCredssp(true))
    .withExtension(outboundMessageSizeLimit(MESSAGE_BYTES));
  if (kdcProxyPath !== null) builder.withExtension(kdcProxyUrl(`https://${location.host}${kdcProxyPath}`));
  return builder.build();
}

/**
 * The component opens a WebSocket and gives nobody a way to close it: its shutdown asks the server, which need not answer.
 * So the socket is kept while it is made.
 */
function catchSockets(): { readonly caught: readonly WebSocket[]; readonly stop: () => void } {
  const caught: WebSocket[] = [];
  const original = window.WebSocket;
  window.WebSocket = class extends original {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      caught.push(this);
    }
  };
  return { caught, stop: () => void (window.WebSocket = original) };
}

function closeAll(sockets: readonly WebSocket[], code?: number): void {
  for (const socket of sockets) socket.close(code);
}

/**
 * The component asks for the clipboard when it is ready already, says nothing when it has the answer, and connects without
 * a clipboard until then.
 */
async function clipboardAsked(): Promise<void> {
  await navigator.permissions.query({ name: 'clipboard-read' as PermissionName }).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, SHOWN_MS));
}

interface Mounted {
  readonly element: HTMLElement;
  readonly interaction: UserInteraction;
}

function mount(host: HTMLElement): Promise<Mounted> {
  return new Promise((resolve) => {
    const element = document.createElement('iron-remote-desktop');
    Object.assign(element, { module: Backend });
    for (const [name, value] of Object.entries({ scale: 'fit', verbose: 'false', flexcenter: 'true' })) {
      element.setAttribute(name, value);
    }
    element.addEventListener('ready', (event) => {
      const { detail } = event as CustomEvent<{ irgUserInteraction: UserInteraction }>;
      resolve({ element, interaction: detail.irgUserInteraction });
    });
    host.append(element);
  });
}

function handleOf(
  element: HTMLElement,
  interaction: UserInteraction,
  sockets: readonly WebSocket[],
  over: Promise<string>,
): RemoteDesktop {
  let fitting: ReturnType<typeof setTimeout> | undefined;
  const disconnect = (): void => closeAll(sockets, DISCONNECTED);
  // The ticket is in this page's memory alone: nobody comes back to this session.
  window.addEventListener('pagehide', disconnect);
  return {
    over,
    resize: ({ width, height }) => {
      // A component that is off the page cannot be told of sizes any more.
      if (!element.isConnected) return;
      interaction.resize(width, height);
      // The component takes the size for granted; a server that does not know how to change it keeps its own.
      clearTimeout(fitting);
      fitting = setTimeout(() => interaction.setScale(FIT), RESIZED_MS);
    },
    ctrlAltDel: () => interaction.ctrlAltDel(),
    sendClipboard: () => interaction.sendClipboardData(),
    takeClipboard: () => interaction.saveRemoteClipboardData(),
    focus: () => element.focus(),
    disconnect,
    remove: () => {
      window.removeEventListener('pagehide', disconnect);
      clearTimeout(fitting);
      element.remove();
    },
  };
}

function isIronError(error: unknown): error is IronError {
  return typeof error === 'object' && error !== null && 'backtrace' in error && typeof error.backtrace === 'function';
}

function textOf(error: unknown): string {
  if (isIronError(error)) return error.backtrace().split('\n', 1)[0] ?? '';
  return error instanceof Error ? error.message : String(error);
}
