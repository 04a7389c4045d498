import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StoredRecording } from '../../src/http/recordings/deps.js';
import { SESSION, storedRecording } from '../http/recordings/support/sample-recording.js';
import { uploadSegment } from './support/blob-upload.js';
import { collectComplaints, settled, shownNumber, shownPosition } from './support/browser.js';
import { numberAt } from './support/numbered-recording.js';
import { openStage, type Stage } from './support/stage.js';

// A browser on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

let stage: Stage;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  stage = await openStage(0);
});
afterAll(() => stage.close());
beforeEach(async () => {
  page = await stage.browser.newPage({ viewport: { width: 1280, height: 800 } });
  complaints = collectComplaints(page);
});
afterEach(() => page.close());

/** The recording as far as its first `count` segments. */
function storedUpTo(count: number): StoredRecording {
  const complete = count === stage.sample.body.segments.length;
  const whole = storedRecording(stage.sample, complete);
  const segments = whole.segments.slice(0, count);
  const last = segments.at(-1);
  const durationMs = last === undefined ? 0 : last.startMs + last.durationMs;
  const videos = whole.videos.filter((video) => segments.some((one) => one.file === video.file));
  return { ...whole, durationMs, videos, segments, interruptions: complete ? whole.interruptions : [], gaps: [] };
}

async function store(count: number): Promise<void> {
  const segment = stage.sample.body.segments[count - 1];
  if (segment === undefined) throw new Error('no such segment');
  await uploadSegment(stage.container, stage.sample, segment);
  stage.server.world.recording = storedUpTo(count);
}

describe('watching a live recording', () => {
  it('waits for the first picture, follows the end, and ends with the recording as one viewing', async () => {
    stage.server.world.recording = storedUpTo(0);
    await page.goto(`${stage.server.url}/recordings/${SESSION}`);
    await page.getByText('Waiting for the first picture…').waitFor();
    expect(stage.server.world.audited.map(({ kind }) => kind)).toEqual(['recording.read']);

    await store(1);
    await store(2);
    await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0, null, {
      timeout: 10_000,
    });
    expect(await page.getByRole('button', { name: 'Live' }).getAttribute('aria-pressed')).toBe('true');

    // Twelve idle seconds arrive at once, then more: the viewer has to catch up by itself.
    await store(3);
    await store(4);
    await store(5);
    await vi.waitFor(async () => expect(await shownPosition(page)).toBeGreaterThan(19_000), { timeout: 15_000 });

    await page.keyboard.press('Home');
    await settled(page);
    expect(await page.getByRole('button', { name: 'Live' }).getAttribute('aria-pressed')).toBe('false');
    await page.keyboard.press('k');
    await settled(page);
    expect(await shownNumber(page)).toBe(numberAt(await shownPosition(page)));

    await store(6);
    await store(7);
    await page.getByRole('button', { name: 'Live' }).waitFor({ state: 'detached', timeout: 15_000 });
    await vi.waitFor(
      async () => {
        await page.keyboard.press('End');
        await settled(page);
        expect(await shownNumber(page)).toBe(259);
      },
      { timeout: 15_000, interval: 500 },
    );
    const { audited } = stage.server.world;
    expect(audited.map(({ kind, data }) => [kind, data['live']])).toEqual([
      ['recording.read', undefined],
      ['replay.watched', true],
    ]);
    expect(complaints).toEqual([]);
  }, 60_000);
});

describe('a replay that cannot be shown', () => {
  it('says why and what to do', async () => {
    stage.server.world.recording = null;
    await page.goto(`${stage.server.url}/recordings/${SESSION}`);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('There is no such recording');
    expect(await alert.textContent()).toContain('Choose a recording from the list');
    await alert.getByRole('button', { name: 'Try again' }).waitFor();
  });
});
