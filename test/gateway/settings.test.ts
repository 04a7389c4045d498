import { describe, expect, it } from 'vitest';
import { ALL_CHANNEL_USES } from '../../src/contract/channel-policy.js';
import { oidcSettingsOf } from '../../src/gateway/config/identity-settings.js';
import { describeSettings, readSettings, SettingError, settingsOfJson } from '../../src/gateway/config/settings.js';

describe('settings', () => {
  it('have defaults that start a gateway', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({ rdpPort: 3389, httpPort: 8443, recording: 'required', maxGapMs: 5000 });
  });

  it('prefer the environment over the file', () => {
    const file = settingsOfJson('f.json', '{"WITNESS_RDP_PORT": 4000, "WITNESS_DEMO_TARGET": false}');
    expect(readSettings({ WITNESS_RDP_PORT: '5000' }, file)).toMatchObject({ rdpPort: 5000, demoTarget: false });
  });

  it.each([
    ['WITNESS_RDP_PORT', '70000', 'a whole number from 0 to 65535'],
    ['WITNESS_RDP_PORT', '3389x', 'a whole number from 0 to 65535'],
    ['WITNESS_RECORDING', 'maybe', 'required, preferred, off'],
    ['WITNESS_CONTAINER', 'Über', 'lower-case letters'],
    ['WITNESS_DATABASE', 'mysql://x', 'postgres'],
    ['WITNESS_CHANNELS', 'drives,telepathy', 'clipboard-to-target'],
    ['WITNESS_RECORDNIG', 'off', 'WITNESS_RECORDING'],
  ])('stop the start when %s is "%s", naming key, value and what is allowed', (key, value, allowed) => {
    const read = () => readSettings({ [key]: value });
    expect(read).toThrow(SettingError);
    expect(read).toThrow(key);
    expect(read).toThrow(allowed);
  });

  it('name what may pass besides picture and input: everything unless it is said', () => {
    const channels = (value?: string) => [...readSettings({ WITNESS_CHANNELS: value }).channels];
    expect(channels()).toEqual(ALL_CHANNEL_USES);
    expect(channels('none')).toEqual([]);
    expect(channels('drives, audio-output')).toEqual(['drives', 'audio-output']);
  });

  it('name the identity provider as a whole or not at all', () => {
    const provider = (change: Record<string, string> = {}) =>
      oidcSettingsOf(
        readSettings({
          WITNESS_OIDC_ISSUER: 'https://login.microsoftonline.com/5a3c2f5e-0000-4000-8000-000000000001/v2.0',
          WITNESS_OIDC_CLIENT_ID: 'witness',
          WITNESS_OIDC_ROLES: 'Witness.Admin=administrator, 0d1f=auditor',
          WITNESS_PUBLIC_HOST: 'gateway.example',
          ...change,
        }),
      );
    expect(oidcSettingsOf(readSettings({}))).toBeNull();
    expect(provider()).toMatchObject({
      clientSecret: null,
      defaultRole: null,
      subjectClaim: 'oid',
      redirectUri: 'https://gateway.example:8443/api/v1/sign-in/oidc/callback',
      roles: new Map([
        ['Witness.Admin', 'administrator'],
        ['0d1f', 'auditor'],
      ]),
    });
    expect(provider({ WITNESS_HTTP_PORT: '443' })?.redirectUri).toMatch(/^https:\/\/gateway\.example\/api/);
    const wrong = [
      { WITNESS_OIDC_CLIENT_ID: '' },
      { WITNESS_OIDC_ISSUER: 'http://issuer.example' },
      { WITNESS_OIDC_ISSUER: 'https://login.microsoftonline.com/organizations/v2.0' },
      { WITNESS_OIDC_ISSUER: 'https://Login.MicrosoftOnline.com/Common/v2.0' },
      { WITNESS_OIDC_ROLES: 'Witness.Admin=king' },
      { WITNESS_OIDC_TENANTS: 'contoso' },
      { WITNESS_HTTP_PORT: '0' },
    ];
    for (const change of wrong) expect(() => provider(change), JSON.stringify(change)).toThrow(SettingError);
  });

  it('refuse a file that is not one JSON object of plain values', () => {
    for (const json of ['[]', 'x', 'null', '{"WITNESS_RDP_PORT":{}}']) {
      expect(() => settingsOfJson('f.json', json)).toThrow(SettingError);
    }
  });

  it('do not repeat a secret that is wrong', () => {
    const secret = 'half-a-key-that-somebody-mistyped';
    expect(() => readSettings({ WITNESS_CREDENTIAL_KEY: secret })).toThrow(SettingError);
    expect(() => readSettings({ WITNESS_CREDENTIAL_KEY: secret })).not.toThrow(secret);
    const holders = { WITNESS_DATABASE: `postgres:/ada:${secret}@db`, WITNESS_STORAGE: `AccountKey=${secret}` };
    for (const [key, value] of Object.entries(holders)) {
      expect(() => readSettings({ [key]: value })).toThrow(SettingError);
      expect(() => readSettings({ [key]: value })).not.toThrow(secret);
    }
  });

  it('describe every key with its default and what is allowed', () => {
    for (const { key, allowed, purpose } of describeSettings()) {
      expect(key).toMatch(/^WITNESS_[A-Z_]+$/);
      expect(allowed.length * purpose.length).toBeGreaterThan(0);
    }
  });
});
