import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COMPONENT_STYLE_HASH } from '../../src/http/content-security.js';

it('allows the one style sheet that the RDP client puts into its element', () => {
  const component = readFileSync('node_modules/@devolutions/iron-remote-desktop/iron-remote-desktop.js', 'utf8');
  const [, sheet = ''] = /hash: "svelte-\w+",\s*code: "([^"\\]*)"/.exec(component) ?? [];
  expect(sheet).toContain('.screen-wrapper');
  expect(COMPONENT_STYLE_HASH).toBe(`'sha256-${createHash('sha256').update(sheet).digest('base64')}'`);
});
