import { describe, expect, it } from 'vitest';
import { sessionId } from '../../../src/contract/ids.js';
import { pageDesktop, refusalPage, wrapped } from '../../../src/gateway/rdp/refusal-page.js';
import { refusalText } from '../../../src/gateway/rdp/refusal-text.js';
import { clientCapabilities } from '../../../src/rdp/client/client-capabilities.js';
import { PROTOCOL_SSL } from '../../../src/rdp/connection/security-protocols.js';
import type { ClientSettings } from '../../../src/rdp/server/client-settings.js';
import { CLIENT_OPTIONS } from '../../rdp/relay/support.js';

function settings(desktopWidth: number, desktopHeight: number, colorDepth: ClientSettings['colorDepth'] = 32) {
  const rest = { channels: [], supportsErrorInfo: true, supportsSkipChannelJoin: false };
  return { desktopWidth, desktopHeight, colorDepth, ...rest };
}

describe('the page of a refusal', () => {
  it('is bounded whatever a client asks for', () => {
    expect(pageDesktop(settings(8192, 8192))).toEqual({ desktopWidth: 1280, desktopHeight: 800, colorDepth: 32 });
    expect(pageDesktop(settings(1, 1))).toEqual({ desktopWidth: 320, desktopHeight: 240, colorDepth: 32 });
    expect(pageDesktop(settings(1023, 700)).desktopWidth).toBe(1020);
  });

  it.each([8, 15, 16, 24, 32] as const)('is a few updates at %i bits a pixel, with names of any length', (depth) => {
    const asked = settings(1280, 800, depth);
    const desktop = pageDesktop(asked);
    const session = {
      options: { requestedProtocols: PROTOCOL_SSL, chooseDesktop: pageDesktop },
      settings: asked,
      desktop,
      userChannelId: 1004,
      channelIds: [],
      shareId: 1,
    };
    const client = { ...CLIENT_OPTIONS, ...desktop };
    const about = {
      id: sessionId('s'),
      userName: 'ада'.repeat(100),
      targetName: 'a'.repeat(300),
      targetAddress: '192.0.2.7',
      targetPort: 3389,
    };
    const text = refusalText('target-certificate-changed');
    const pdus = [
      ...refusalPage(
        session,
        clientCapabilities({ ...client, colorDepth: depth === 8 ? 16 : depth }, desktop),
        text,
        about,
      ),
    ];
    expect(pdus.length).toBeGreaterThan(0);
    expect(pdus.reduce((sum, pdu) => sum + pdu.length, 0)).toBeLessThan(400_000);
  });

  it('breaks its lines between words, and within those that are too long', () => {
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapped('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
    expect(wrapped('gateway’s — ünicode', 40)).toEqual(["gateway's ? ?nicode"]);
    expect(wrapped('a b c d e f', 1)).toHaveLength(3);
  });

  it('has a sentence and a remedy for whatever a person with a ticket can be refused for', () => {
    for (const reason of ['policy-denied', 'policy-changed', 'too-many-sessions', 'target-unreachable'] as const) {
      const { what, remedy } = refusalText(reason);
      expect(what.length * remedy.length).toBeGreaterThan(100);
    }
  });
});
