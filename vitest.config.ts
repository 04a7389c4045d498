import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: [process.env['CI'] === 'true' ? 'default' : 'dot', './test/setup/closing-line-reporter.ts'],
  },
});
