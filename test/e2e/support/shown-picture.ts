/** The picture that the replay page shows, read back from its video element. */
import type { Page } from 'playwright-core';
import type { Raster } from '../../pixels/raster.js';

export interface ShownPicture {
  readonly shown: Raster;
  /** Time of the player, in milliseconds. */
  readonly timeMs: number;
}

export async function shownPicture(page: Page): Promise<ShownPicture> {
  const { width, height, base64, timeMs } = await page.evaluate(() => {
    const video = document.querySelector('video');
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (video === null || context === null) throw new Error('no picture');
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    context.drawImage(video, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let text = '';
    for (let at = 0; at < data.length; at += 4) {
      text += String.fromCharCode(data[at + 2] ?? 0, data[at + 1] ?? 0, data[at] ?? 0, 0);
    }
    return { width: canvas.width, height: canvas.height, base64: btoa(text), timeMs: video.currentTime * 1000 };
  });
  return { shown: { width, height, data: Buffer.from(base64, 'base64') }, timeMs };
}
