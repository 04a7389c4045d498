/** Debian's Chromium, and reading the number that a frame of video carries. */
import { chromium, type Browser, type Page } from 'playwright-core';
import { BLOCK, MARGIN, NUMBER_BITS } from '../../http/recordings/support/numbered-frames.js';

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    // prettier-ignore
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

/** Every complaint of the page: script errors, refused styles and scripts, failed requests. */
export function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  return complaints;
}

/** The number in the picture, or null when a bit and its complement disagree. */
export function shownNumber(page: Page): Promise<number | null> {
  return page.evaluate(
    ({ block, margin, bits }) => {
      const video = document.querySelector('video');
      if (video === null || video.videoWidth === 0) return null;
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
      const context = canvas.getContext('2d', { willReadFrequently: true });
      if (context === null) return null;
      context.drawImage(video, 0, 0);
      const isLight = (x: number, y: number): boolean => (context.getImageData(x, y, 1, 1).data[0] ?? 0) > 127;
      let number = 0;
      for (let bit = 0; bit < bits; bit++) {
        const x = margin + bit * block + block / 2;
        const set = isLight(x, margin + block / 2);
        if (set === isLight(x, margin + block + block / 2)) return null;
        if (set) number += 2 ** bit;
      }
      return number;
    },
    { block: BLOCK, margin: MARGIN, bits: NUMBER_BITS },
  );
}

/** Session time that the page shows, in milliseconds. */
export async function shownPosition(page: Page): Promise<number> {
  const text = (await page.getByTestId('position').textContent()) ?? '';
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return Math.round((hours * 3600 + minutes * 60 + seconds) * 1000);
}

/** Waits until a seek is over and its picture is on the screen. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const video = document.querySelector('video');
    return video !== null && !video.seeking && video.readyState >= 2;
  });
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}
