/** Requests to the gateway. Whatever goes wrong ends as a `Problem`: reason and remedy. */
import type { Problem } from '../../src/contract/api.js';

export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** Mutations carry it; a form on a foreign page cannot. */
const MUTATION_HEADERS = { 'x-witness-request': '1', 'content-type': 'application/json' };

export async function getJson<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  const response = await send(path, signal === undefined ? {} : { signal });
  return (await response.json()) as Answer;
}

/** The answer's JSON, or null when it has none. */
export async function sendJson<Answer>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown,
): Promise<Answer | null> {
  const response = await send(path, { method, headers: MUTATION_HEADERS, body: JSON.stringify(body) });
  const type = response.headers.get('content-type') ?? '';
  return type.includes('json') ? ((await response.json()) as Answer) : null;
}

export function postJson<Answer>(path: string, body: unknown): Promise<Answer | null> {
  return sendJson('POST', path, body);
}

/** Where a request ends up after redirects; the answer's content is not read. */
export async function resolveUrl(path: string, signal: AbortSignal): Promise<string> {
  const response = await send(path, { signal });
  await response.body?.cancel();
  return response.url;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const response = await reach(path, init);
  if (response.ok) return response;
  throw new ProblemError(await readProblem(response));
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ProblemError({
      type: 'urn:witness:problem:gateway-unreachable',
      title: 'The gateway cannot be reached',
      status: 0,
      detail: 'The request did not get an answer.',
      remedy: 'Check your network connection, then try again.',
    });
  }
}

async function readProblem(response: Response): Promise<Problem> {
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('problem+json')) return (await response.json()) as Problem;
  return {
    type: 'about:blank',
    title: `The gateway answered ${response.status}`,
    status: response.status,
    detail: 'It gave no reason.',
    remedy: 'Try again. If it goes on, ask an administrator to look at the log of the gateway.',
  };
}

/** The problem of whatever was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    type: 'about:blank',
    title: 'Something went wrong in this page',
    status: 0,
    detail: error instanceof Error ? error.message : 'No reason is known.',
    remedy: 'Load the page again.',
  };
}
