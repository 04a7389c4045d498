/** Puts a recording into storage as a recorder does: append blobs, one append a segment. */
import type { AppendBlobClient, ContainerClient } from '@azure/storage-blob';
import type { Manifest, Segment } from '../../../src/contract/manifest.js';
import type { SampleRecording } from '../../http/recordings/support/sample-recording.js';

export async function uploadEvents(container: ContainerClient, { folder, files }: SampleRecording): Promise<void> {
  const blob = container.getAppendBlobClient(`${folder}/events.ndjson`);
  await blob.create();
  await append(blob, files.get('events.ndjson') ?? new Uint8Array(0));
}

/** Appends a segment, behind the init section when it is the file's first. */
export async function uploadSegment(
  container: ContainerClient,
  { folder, files, body }: SampleRecording,
  { file, offset, sizeBytes }: Segment,
): Promise<void> {
  const video = body.videos.find((one) => one.file === file);
  const bytes = files.get(file);
  if (video === undefined || bytes === undefined) throw new Error(`no ${file}`);
  const blob = container.getAppendBlobClient(`${folder}/${file}`);
  if (offset === video.initBytes) {
    await blob.create();
    await append(blob, bytes.subarray(0, video.initBytes));
  }
  await append(blob, bytes.subarray(offset, offset + sizeBytes));
}

export async function uploadManifest(container: ContainerClient, folder: string, manifest: Manifest): Promise<void> {
  const text = JSON.stringify(manifest);
  await container.getBlockBlobClient(`${folder}/manifest.json`).upload(text, Buffer.byteLength(text));
}

async function append(blob: AppendBlobClient, bytes: Uint8Array): Promise<void> {
  await blob.appendBlock(Buffer.from(bytes), bytes.length);
}
