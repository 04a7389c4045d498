/**
 * `GET /audit/events`: export of the audit log. Query: `from` and `to` (ISO 8601, `to` exclusive), `format` (`ndjson` or
 * `csv`), `after` (cursor `<chainId>:<sequence>` of the last row that arrived, to go on after an export that broke off).
 * The last line says how many rows there were and where they end; an export without it is incomplete. See
 * `audit/export.ts`.
 */
import { Readable } from 'node:stream';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { exportRows, parseCursor } from '../audit/export.js';
import type { Database } from '../database/open.js';
import type { AuditAppender } from '../identity/identity.js';
import { EXPORTERS } from './guard.js';
import { ProblemError } from './problems.js';

export interface AuditRoutesDeps {
  readonly database: Pick<Database, 'auditEvents'>;
  readonly audit: AuditAppender;
}

const EXPORT_QUERY = Type.Object({
  from: Type.Optional(Type.String({ format: 'date-time' })),
  to: Type.Optional(Type.String({ format: 'date-time' })),
  after: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
  format: Type.Union([Type.Literal('ndjson'), Type.Literal('csv')], { default: 'ndjson' }),
});

const MEDIA_TYPES = { ndjson: 'application/x-ndjson; charset=utf-8', csv: 'text/csv; charset=utf-8' } as const;
/** Text that is prepared ahead of a slow reader. */
const BUFFER_BYTES = 64 * 1024;

export function auditRoutes(instance: FastifyInstance, { database, audit }: AuditRoutesDeps): void {
  const api = instance.withTypeProvider<TypeBoxTypeProvider>();
  // No HEAD: it would read the whole export to send none of it.
  const options = {
    config: { access: EXPORTERS, scope: 'audit:export' },
    schema: { querystring: EXPORT_QUERY },
    exposeHeadRoute: false,
  } as const;
  api.get('/audit/events', options, async (request, reply) => {
    const { from, to, after, format } = request.query;
    const cursor = after === undefined ? null : parseCursor(after);
    if (after !== undefined && cursor === null) {
      throw new ProblemError('invalid-request', { detail: 'querystring/after is not a cursor.' });
    }
    const { user } = request;
    await audit.append({
      kind: 'export.made',
      actor: `user:${user.id}`,
      sessionId: null,
      data: {
        what: 'audit-events',
        userName: user.userName,
        clientAddress: request.ip,
        format,
        from: from ?? null,
        to: to ?? null,
        after: after ?? null,
      },
    });
    const fromMs = from === undefined ? 0 : Date.parse(from);
    const toMs = to === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(to);
    const rows = exportRows(database.auditEvents, { fromMs, toMs, format, after: cursor });
    return reply
      .type(MEDIA_TYPES[format])
      .header('content-disposition', `attachment; filename="witness-audit.${format}"`)
      .send(Readable.from(rows, { objectMode: false, highWaterMark: BUFFER_BYTES }));
  });
}
