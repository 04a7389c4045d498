/** `/entra`: signing in with Microsoft Entra ID for a target, in the person's own browser, before a session is asked for. */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { EntraSignInBegun, EntraSignInState } from '../contract/api.js';
import { targetId } from '../contract/ids.js';
import type { Database } from '../database/open.js';
import { CONNECTING } from './guard.js';
import { ProblemError } from './problems.js';
import type { EntraService } from './services.js';
import { unlessBusy } from './sign-in-routes.js';

export interface EntraRoutesDeps {
  readonly database: Pick<Database, 'targets'>;
  /** Null where no authority is configured. */
  readonly entra: EntraService | null;
}

export const ENTRA_COOKIE = '__Host-witness-entra';
/** Lax: it has to arrive with the navigation that the authority begins. */
const COOKIE = { path: '/', secure: true, httpOnly: true, sameSite: 'lax', maxAge: 600 } as const;
const NEW_SIGN_IN = Type.Object(
  { targetId: Type.String({ minLength: 1, maxLength: 100 }) },
  { additionalProperties: false },
);
const SIGN_IN_PARAMS = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });

/** What the tab shows that the authority sent back. */
const PAGES = {
  granted: ['You are signed in', 'Close this tab and go on where you came from.'],
  attempt: ['The sign-in does not belong here', 'It was begun in another browser, or too long ago. Begin again.'],
  authority: ['The sign-in failed', 'Your organisation’s sign-in page did not let you through. Begin again.'],
} as const;

export function entraRoutes(instance: FastifyInstance, { database, entra }: EntraRoutesDeps): void {
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();

  api.post(
    '/entra/sign-ins',
    { config: { access: CONNECTING }, schema: { body: NEW_SIGN_IN } },
    async (request, reply) => {
      if (entra === null) throw new ProblemError('entra-not-configured');
      const target = await database.targets.get(targetId(request.body.targetId));
      if (target === null) throw new ProblemError('not-found', { detail: 'There is no such target in the inventory.' });
      const begun = await unlessBusy(() => entra.begin(request.user.id, target)).catch((error: unknown) => {
        if (error instanceof ProblemError) throw error;
        request.log.warn({ code: error instanceof Error ? error.name : null }, 'the authority cannot be reached');
        throw new ProblemError('entra-unavailable');
      });
      const { id, authorizationUrl, browserSecret } = begun;
      return reply
        .setCookie(ENTRA_COOKIE, browserSecret, COOKIE)
        .code(201)
        .send({ id, authorizationUrl } satisfies EntraSignInBegun);
    },
  );

  api.get(
    '/entra/sign-ins/:id',
    { config: { access: CONNECTING }, schema: { params: SIGN_IN_PARAMS } },
    async (request) => {
      const granted = entra !== null && (await entra.isGranted(request.params.id, request.user.id));
      return { granted } satisfies EntraSignInState;
    },
  );

  // The answer's code and state are in the address, which nobody logs.
  api.get('/entra/callback', { config: { access: 'anyone' }, exposeHeadRoute: false }, async (request, reply) => {
    if (entra === null) throw new ProblemError('entra-not-configured');
    const query = request.url.split('?').slice(1).join('?');
    const refusal = await entra.finish(query, request.cookies[ENTRA_COOKIE] ?? '', request.ip);
    const [title, sentence] = PAGES[refusal ?? 'granted'];
    return reply
      .code(refusal === null ? 200 : 400)
      .type('text/html; charset=utf-8')
      .send(
        `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><meta name="color-scheme" ` +
          `content="light dark"><title>${title}</title><main><h1>${title}</h1><p>${sentence}</p></main></html>`,
      );
  });
}
