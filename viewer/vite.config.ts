/** Builds the viewer into static files that need nothing a strict Content-Security-Policy forbids. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const here = import.meta.dirname;
/** How the RDP client carries its WebAssembly: as an address that holds all of it. */
const INLINED_WASM = /"data:application\/wasm;base64,([A-Za-z0-9+/=]+)"/;

/** Puts the RDP client's WebAssembly into a file: browsers compile it while it arrives, and keep it. */
function wasmAsFile(): Plugin {
  return {
    name: 'wasm-as-file',
    apply: 'build',
    transform(code, id) {
      if (!id.includes('iron-remote-desktop-rdp')) return null;
      const inlined = INLINED_WASM.exec(code);
      if (inlined?.[1] === undefined) this.error('there is no WebAssembly in the RDP client');
      const source = Buffer.from(inlined[1], 'base64');
      const fileName = `assets/rdp-${createHash('sha256').update(source).digest('hex').slice(0, 8)}.wasm`;
      this.emitFile({ type: 'asset', fileName, source });
      return { code: code.replace(inlined[0], JSON.stringify(`/${fileName}`)), map: null };
    },
  };
}

export default defineConfig({
  root: here,
  base: '/',
  plugins: [wasmAsFile()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/viewer',
    emptyOutDir: true,
    target: 'es2022',
    // Inlined files would be data: addresses, which only images may be.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // The desktop is a document of its own: it alone may compile WebAssembly.
      input: { index: path.join(here, 'index.html'), desktop: path.join(here, 'desktop.html') },
    },
  },
});
