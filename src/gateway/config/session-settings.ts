/** Settings of sessions: what may pass through them, how long and how many they may be, and the tickets that lead to them. */
import { ALL_CHANNEL_USES, type ChannelPolicy, isChannelUse } from '../../contract/channel-policy.js';
import { type Definition, flag, integer, type Kind, setting } from './setting-kinds.js';

export interface SessionSettings {
  readonly channels: ChannelPolicy;
  readonly keepsClipboardText: boolean;
  readonly refusalPage: boolean;
  readonly maxSessionMs: number;
  readonly idleTimeoutMs: number;
  readonly sessionsPerUser: number;
  readonly sessionsPerHost: number;
  readonly ticketLifetimeMs: number;
  readonly tlsOnlyTickets: boolean;
  readonly ticketAddressBinding: boolean;
  readonly ticketAttempts: number;
  readonly reconnectWindowMs: number;
}

const MAX_LIMIT_MS = 30 * 24 * 60 * 60 * 1000;

const channelUses: Kind<ChannelPolicy> = {
  allowed: `all, none, or some of ${ALL_CHANNEL_USES.join(', ')}, separated by commas`,
  parse: (value) => {
    if (value === 'all') return new Set(ALL_CHANNEL_USES);
    const uses = value === 'none' ? [] : value.split(',').map((use) => use.trim());
    return uses.every(isChannelUse) ? new Set(uses) : undefined;
  },
};

export const SESSION_DEFINITIONS: { readonly [Name in keyof SessionSettings]: Definition<SessionSettings[Name]> } = {
  channels: setting(
    'WITNESS_CHANNELS',
    channelUses,
    'all',
    'what may pass besides picture and input, where the target does not say',
  ),
  keepsClipboardText: setting(
    'WITNESS_CLIPBOARD_TEXT',
    flag,
    'off',
    'whether the beginning of a text that was copied is on record, besides its size and hash',
  ),
  refusalPage: setting(
    'WITNESS_REFUSAL_PAGE',
    flag,
    'on',
    'a page that says why, for 10 seconds, when a person with a good ticket is refused; off: the error code alone',
  ),
  maxSessionMs: setting(
    'WITNESS_MAX_SESSION_MS',
    integer(0, MAX_LIMIT_MS, 'ms; 0 for any length'),
    '0',
    'longest session, reconnections included',
  ),
  idleTimeoutMs: setting(
    'WITNESS_IDLE_TIMEOUT_MS',
    integer(0, MAX_LIMIT_MS, 'ms; 0 for any time'),
    '0',
    'how long a session may be without input of its client',
  ),
  sessionsPerUser: setting(
    'WITNESS_SESSIONS_PER_USER',
    integer(0, 10_000, '0 for any number'),
    '0',
    'sessions of one person that may be open at the same time',
  ),
  sessionsPerHost: setting(
    'WITNESS_SESSIONS_PER_HOST',
    integer(0, 10_000, '0 for any number'),
    '0',
    'sessions of all gateways of a database that may be open at the same time',
  ),
  ticketLifetimeMs: setting('WITNESS_TICKET_LIFETIME_MS', integer(5_000, 3_600_000, 'ms'), '60000', 'life of a ticket'),
  tlsOnlyTickets: setting(
    'WITNESS_TLS_ONLY_TICKETS',
    flag,
    'off',
    'tickets for clients without NLA: whoever reads the network can use them first; bound to the address of the request',
  ),
  ticketAddressBinding: setting(
    'WITNESS_TICKET_ADDRESS_BINDING',
    flag,
    'off',
    'a ticket is good only from the address that it was requested from',
  ),
  ticketAttempts: setting(
    'WITNESS_TICKET_ATTEMPTS',
    integer(1, 100_000, 'in a minute'),
    '30',
    'wrong tickets and passwords from one address after which it is not answered for a minute',
  ),
  reconnectWindowMs: setting(
    'WITNESS_RECONNECT_WINDOW_MS',
    integer(0, 3_600_000, 'ms'),
    '300000',
    'how long a client that lost its connection may come back',
  ),
};
