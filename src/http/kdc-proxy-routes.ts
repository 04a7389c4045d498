/**
 * `/KdcProxy/<token>`, [MS-KKDCP] 2.1: outside the API, because Kerberos clients have no cookie. The token is the secret of
 * one session; addresses are not logged.
 */
/* oxlint-disable oxc/no-async-endpoint-handlers -- this is Fastify, which awaits its handlers */
import type { FastifyInstance } from 'fastify';
import { MAX_KERBEROS_MESSAGE_BYTES } from '../rdp/wire/limits.js';
import type { KdcProxyService } from './services.js';

export const KDC_PROXY_PATH = '/KdcProxy';
/** The message, and what is around it. */
const MAX_BODY_BYTES = MAX_KERBEROS_MESSAGE_BYTES + 1024;

/** A client takes 403 for "not allowed", and everything else for "no KDC there"; 3.1.5.3. */
const STATUS = { token: 403, realm: 403, malformed: 400, 'too-many': 429, unreachable: 503 } as const;

export function kdcProxyRoutes(scope: FastifyInstance, kdcProxy: KdcProxyService): void {
  // Clients name the type as they like, or not at all.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) => {
    done(null, body);
  });
  scope.post<{ Params: { token: string } }>(
    `${KDC_PROXY_PATH}/:token`,
    { bodyLimit: MAX_BODY_BYTES },
    async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const result = await kdcProxy.handle(request.params.token, body, request.ip);
      void reply.header('cache-control', 'no-store');
      if ('refused' in result) return reply.code(STATUS[result.refused]).send();
      return reply.type('application/kerberos').send(Buffer.from(result.reply));
    },
  );
}
