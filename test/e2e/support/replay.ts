/** What a reviewer gets of a recording: its playlist, and the video that the playlist names. */
import type { ApiClient } from './api-client.js';

export interface ReplayedVideo {
  readonly file: string;
  readonly mp4: Buffer;
}

/** Downloads every video file of a recording through the gateway, in the order of the playlist. */
export async function downloadVideos(api: ApiClient, sessionId: string): Promise<readonly ReplayedVideo[]> {
  const base = `/api/v1/recordings/${sessionId}`;
  // Asking for the playlist begins a viewing; the answer leads to the playlist that names it.
  const viewing = await api.send('GET', `${base}/playlist.m3u8`);
  const location = viewing.headers['location'];
  if (viewing.status !== 307 || typeof location !== 'string') throw new Error(`no viewing: ${viewing.status}`);
  const playlist = await api.send(
    'GET',
    new URL(location, `https://gateway${base}/playlist.m3u8`).href.slice('https://gateway'.length),
  );
  if (playlist.status !== 200) throw new Error(`playlist: ${playlist.status} ${playlist.body.toString()}`);
  const uris = [...playlist.body.toString().matchAll(/EXT-X-MAP:URI="([^"]+)"/g)].map((match) => match[1] ?? '');
  const videos: ReplayedVideo[] = [];
  for (const uri of new Set(uris)) {
    const { status, body } = await api.send('GET', `${base}/${uri}`);
    if (status !== 200) throw new Error(`${uri}: ${status} ${body.toString()}`);
    videos.push({ file: uri.replace(/^video\/|\?.*$/g, ''), mp4: body });
  }
  return videos;
}
