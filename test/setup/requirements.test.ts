import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  findProgram,
  missingFor,
  PACKAGES_FILE,
  parsePackageTable,
  REQUIRED_PROGRAMS,
  requirePeers,
} from './requirements.js';

const nothing = () => undefined;

describe('what tests require', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it('names the packages of all missing programs once, and the command that installs them', () => {
    const sentences = missingFor(['xfreerdp', 'ffmpeg', 'Xvfb'], nothing);
    expect(sentences).toEqual(['packages ffmpeg freerdp2-x11 x11-apps xdotool xvfb (run: npm run test:setup)']);
    expect(missingFor(['xfreerdp'], (program) => `/usr/bin/${program}`)).toEqual([]);
  });

  it('asks for root where a peer needs it', () => {
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    expect(missingFor(['xrdp'], (program) => program)).toEqual(['root, for xrdp']);
    expect(missingFor(['xfreerdp'], (program) => program)).toEqual([]);
  });

  it('skips on a machine of a developer and fails in CI', () => {
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.stubEnv('CI', '');
    expect(requirePeers('xrdp')).toBe(false);
    expect(said.mock.calls.join('')).toMatch(/^skipped: tests with xrdp need .*root, for xrdp\n$/);
    vi.stubEnv('CI', 'true');
    expect(() => requirePeers('xrdp')).toThrow('root, for xrdp');
  });

  it('finds programs on the PATH, and files with any folder in their path', () => {
    const folder = mkdtempSync(join(tmpdir(), 'witness-requirements-'));
    mkdirSync(join(folder, '15', 'bin'), { recursive: true });
    writeFileSync(join(folder, '15', 'bin', 'server'), '', { mode: 0o755 });
    writeFileSync(join(folder, '15', 'bin', 'notes'), '', { mode: 0o644 });
    expect(findProgram('server', `/nowhere:${folder}/15/bin`)).toBe(join(folder, '15/bin/server'));
    expect(findProgram('notes', `${folder}/15/bin`)).toBeUndefined();
    expect(findProgram(`${folder}/*/bin/server`)).toBe(join(folder, '15/bin/server'));
    expect(findProgram(`${folder}/*/bin/other`)).toBeUndefined();
    expect(findProgram(`${folder}/absent/*/server`)).toBeUndefined();
    rmSync(folder, { recursive: true });
  });

  it('are the rows of packages.txt, no fewer and no more', () => {
    const table = parsePackageTable(readFileSync(PACKAGES_FILE, 'utf8'));
    expect([...table.keys()].sort()).toEqual([...REQUIRED_PROGRAMS].sort());
  });

  it('refuses a table with a row that is no pair', () => {
    expect([...parsePackageTable('# a comment\n\nxwd   x11-apps\n')]).toEqual([['xwd', 'x11-apps']]);
    expect(() => parsePackageTable('xwd\n')).toThrow('two columns');
    expect(() => parsePackageTable('xwd x11-apps more\n')).toThrow('two columns');
  });
});
