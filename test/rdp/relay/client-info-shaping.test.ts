import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type ClientInfo,
  decodeClientInfo,
  encodeClientInfo,
  INFO_AUTOLOGON,
  INFO_MOUSE,
  INFO_PASSWORD_IS_SC_PIN,
  INFO_UNICODE,
} from '../../../src/rdp/connection/client-info.js';
import { NOBODY, shapeClientInfo } from '../../../src/rdp/relay/shaping/client-info.js';
import { Reader } from '../../../src/rdp/wire/reader.js';

const CLIENT: ClientInfo = {
  codePage: 1252,
  flags: INFO_MOUSE | INFO_PASSWORD_IS_SC_PIN,
  domain: 'HOME',
  userName: 'one-time',
  password: 'one-time-password',
  alternateShell: 'shell',
  workingDir: 'C:\\',
  extraInfo: null,
};
const CREDENTIAL = { domain: 'CORP', userName: 'svc-gr\u00fcn', password: '\u043f\u0430\u0440\u043e\u043b\u044c' };

function shaped(info: ClientInfo, policy: Parameters<typeof shapeClientInfo>[1]): ClientInfo {
  const { bytes } = shapeClientInfo(new Reader(encodeClientInfo(info), 'clientInfo'), policy);
  return decodeClientInfo(new Reader(bytes, 'clientInfo'));
}

it('tells the target the injected credential in the place of what the client says', () => {
  for (const flags of [CLIENT.flags, CLIENT.flags | INFO_UNICODE]) {
    const told = shaped({ ...CLIENT, flags }, { recorded: true, clientInfo: CREDENTIAL });
    expect(told).toMatchObject({ ...CREDENTIAL, alternateShell: 'shell', workingDir: 'C:\\' });
    expect(told.flags).toBe(INFO_MOUSE | INFO_UNICODE | INFO_AUTOLOGON);
  }
});

it('lets nothing of the client’s own credential through, whatever it is', () => {
  const text = fc.string({
    minLength: 3,
    maxLength: 60,
    unit: fc.integer({ min: 0x61, max: 0x7a }).map((unit) => String.fromCharCode(unit)),
  });
  fc.assert(
    fc.property(text, text, text, fc.boolean(), (domain, userName, password, unicode) => {
      const flags = unicode ? INFO_UNICODE : 0;
      const told = shaped(
        { ...CLIENT, domain, userName, password, flags },
        { recorded: false, clientInfo: CREDENTIAL },
      );
      expect(told).toMatchObject(CREDENTIAL);
    }),
  );
});

it('reports the account that the target is told of, for the rule', () => {
  const bytes = encodeClientInfo({ ...CLIENT, domain: 'AzureAD', userName: 'ada' });
  const account = { domain: 'AzureAD', userName: 'ada' };
  expect(shapeClientInfo(new Reader(bytes, 'clientInfo'), { recorded: true })).toMatchObject(account);
  const policy = { recorded: true, clientInfo: { ...CREDENTIAL, domain: 'AZUREAD' } };
  expect(shapeClientInfo(new Reader(encodeClientInfo(CLIENT), 'clientInfo'), policy).domain).toBe('AZUREAD');
});

it('tells the target nothing of a one-time password, and does not sign in with nothing', () => {
  const told = shaped(
    { ...CLIENT, userName: 'witness-0a1b2c3d', flags: INFO_MOUSE | INFO_AUTOLOGON | INFO_UNICODE },
    { recorded: true, clientInfo: NOBODY },
  );
  expect(told).toMatchObject({ domain: '', userName: '', password: '', flags: INFO_MOUSE | INFO_UNICODE });
});

it('has a target sign in whoever gave a name in a browser, which never asks for that', () => {
  for (const recorded of [true, false]) {
    expect(shaped(CLIENT, { recorded, browser: true }).flags & INFO_AUTOLOGON).toBe(INFO_AUTOLOGON);
    expect(shaped({ ...CLIENT, userName: '' }, { recorded, browser: true }).flags & INFO_AUTOLOGON).toBe(0);
    expect(shaped(CLIENT, { recorded }).flags & INFO_AUTOLOGON).toBe(0);
  }
});
