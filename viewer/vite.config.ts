/** Builds the viewer into static files that need nothing a strict Content-Security-Policy forbids. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/viewer',
    emptyOutDir: true,
    target: 'es2022',
    // Inlined files would be data: addresses, which only images may be.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
