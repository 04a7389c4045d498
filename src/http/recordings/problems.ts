/** RFC 9457 problems of the recording routes. */
import type { FastifyReply } from 'fastify';
import type { Problem } from '../../contract/api.js';
import { StorageError } from '../../storage/storage-error.js';

export class HttpProblem extends Error {
  readonly problem: Problem;
  readonly headers: { readonly [name: string]: string };

  constructor(name: string, fields: Omit<Problem, 'type'>, headers: { readonly [name: string]: string } = {}) {
    super(fields.detail);
    this.name = 'HttpProblem';
    this.problem = { type: `urn:witness:problem:${name}`, ...fields };
    this.headers = headers;
  }
}

export function sendProblem(reply: FastifyReply, { problem, headers }: HttpProblem): FastifyReply {
  return reply
    .code(problem.status)
    .headers({ 'cache-control': 'no-store', ...headers })
    .type('application/problem+json')
    .send(problem);
}

/** What the person is told when storage failed. */
export function storageProblem(error: StorageError): HttpProblem {
  if (error.code === 'not-found' || error.code === 'short' || error.code === 'too-large') {
    return new HttpProblem('recording-damaged', {
      title: 'The recording is damaged',
      status: 502,
      detail: 'Storage does not hold what the records say it holds.',
      remedy: 'Ask an administrator to run "witness verify" on this recording: it names the file and the bytes.',
    });
  }
  return new HttpProblem(
    'storage-unreachable',
    {
      title: 'The storage of recordings cannot be reached',
      status: 503,
      detail: error.code === 'denied' ? 'Storage refused access.' : 'Storage did not answer.',
      remedy: 'Try again in a minute. If it goes on, ask an administrator to look at the health page.',
    },
    { 'retry-after': '10' },
  );
}

export const notSignedIn = (): HttpProblem =>
  new HttpProblem('not-signed-in', {
    title: 'You are not signed in',
    status: 401,
    detail: 'This page needs a signed-in person.',
    remedy: 'Sign in and try again.',
  });

export const mayNotWatch = (): HttpProblem =>
  new HttpProblem('may-not-watch', {
    title: 'You may not watch recordings',
    status: 403,
    detail: 'None of your roles includes watching recordings.',
    remedy: 'Ask an administrator for the role "auditor".',
  });

export const noRecording = (): HttpProblem =>
  new HttpProblem('no-recording', {
    title: 'There is no such recording',
    status: 404,
    detail: 'No session has this number, or the session was not recorded.',
    remedy: 'Choose a recording from the list of sessions.',
  });

export const recordingWithheld = (): HttpProblem =>
  new HttpProblem('recording-withheld', {
    title: 'This recording is withheld',
    status: 403,
    detail:
      'Microsoft Entra ID showed in this portal session while it was being recorded, and such a session is not recorded. ' +
      'What was stored until then is shown to nobody.',
    remedy: 'See the audit log for when and where it showed. The manifest can be had as evidence of what is stored.',
  });

export const nothingStored = (complete: boolean): HttpProblem =>
  new HttpProblem(
    'nothing-stored',
    {
      title: complete ? 'The recording has no video' : 'Nothing is stored yet',
      status: 404,
      detail: complete
        ? 'The session ended before a picture was stored.'
        : 'The recorder has not stored a picture yet.',
      remedy: complete ? 'See the gaps and events for what happened.' : 'Wait a few seconds and try again.',
    },
    complete ? {} : { 'retry-after': '2' },
  );

export const manifestNotYet = (complete: boolean): HttpProblem =>
  new HttpProblem('no-manifest', {
    title: 'There is no manifest',
    status: 404,
    detail: complete ? 'The recording failed before its manifest was written.' : 'The manifest is written last.',
    remedy: complete ? 'See the audit log for the reason.' : 'Try again when the recording is finished.',
  });

export const viewingRequired = (): HttpProblem =>
  new HttpProblem('viewing-required', {
    title: 'This link to the video is not valid any more',
    status: 403,
    detail: 'Video is sent only for a viewing that is in the audit log, to the person who began it, for twelve hours.',
    remedy: 'Open the recording again.',
  });

export const rangeNotSatisfiable = (sizeBytes: number): HttpProblem =>
  new HttpProblem(
    'range-not-satisfiable',
    {
      title: 'The video does not have these bytes',
      status: 416,
      detail: `The video has ${sizeBytes} bytes.`,
      remedy: 'Ask for a range within it.',
    },
    { 'content-range': `bytes */${sizeBytes}` },
  );

export const tooManyStreams = (): HttpProblem =>
  new HttpProblem(
    'too-many-streams',
    {
      title: 'Too many videos are being sent',
      status: 503,
      detail: 'The gateway sends only so many videos at a time.',
      remedy: 'Close other replays, or try again in a few seconds.',
    },
    { 'retry-after': '3' },
  );

export const invalidRequest = (detail: string): HttpProblem =>
  new HttpProblem('invalid-request', {
    title: 'The request is not valid',
    status: 400,
    detail,
    remedy: 'Correct the address and try again.',
  });
