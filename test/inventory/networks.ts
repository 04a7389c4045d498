import { type OpenNetworks, parseNetworks } from '../../src/inventory/typed-address.js';

export function requireNetworks(text: string): OpenNetworks {
  const open = parseNetworks(text);
  if (open === undefined) throw new Error(`not networks: ${text}`);
  return open;
}
