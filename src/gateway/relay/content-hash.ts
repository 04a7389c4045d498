/** SHA-256 of content that passes through clipboard and drives. */
import { createHash } from 'node:crypto';
import type { ContentHash } from '../../rdp/relay/static/content-hash.js';

export function createContentHash(): ContentHash {
  const hash = createHash('sha256');
  return {
    update: (bytes) => void hash.update(bytes),
    hex: () => hash.digest('hex'),
  };
}
