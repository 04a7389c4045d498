/** The built viewer: static files, its document at every address that is one of its pages, and the desktop's document. */
import { basename, dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { DESKTOP_CONTENT_SECURITY } from './content-security.js';

/** Addresses of the viewer's pages, see viewer/router.ts. */
const PAGES = [
  '/',
  '/sign-in',
  '/sessions',
  '/sessions/:id',
  '/recordings/:id',
  '/connect',
  '/live',
  '/channels',
  '/host',
  '/explain',
  '/links',
  '/link',
  '/audit',
  '/targets',
  '/roles',
  '/users',
  '/account',
];

export async function viewerRoutes(scope: FastifyInstance, folder: string): Promise<void> {
  await scope.register(fastifyStatic, {
    root: folder,
    index: false,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Vite names the files in assets/ by their content.
      const lasting = basename(dirname(path)) === 'assets';
      reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  const contentSecurityPolicy = { useDefaults: false, directives: DESKTOP_CONTENT_SECURITY };
  scope.get('/desktop', { helmet: { contentSecurityPolicy } }, (_request, reply) => reply.sendFile('desktop.html'));
  for (const page of PAGES) scope.get(page, (_request, reply) => reply.sendFile('index.html'));
}
