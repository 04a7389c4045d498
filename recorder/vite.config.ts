/**
 * Bundles the compiled recorder into one file: a process starts for every recording, and finding and reading the several
 * hundred files of its dependencies is most of its start. Native code stays outside, and so does what looks for files of its own.
 */
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  ssr: { noExternal: true, external: ['node-av', 'fluent-ffmpeg'] },
  build: {
    ssr: '../dist/recorder/main.js',
    outDir: '../dist/recorder/bundle',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: { output: { entryFileNames: 'main.js' } },
  },
});
