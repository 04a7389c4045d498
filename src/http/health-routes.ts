/** `GET /health`: everything for people who are signed in, only the status for monitors that are not. */
import type { FastifyInstance } from 'fastify';
import { optionalUser } from './request-user.js';
import type { HealthService } from './services.js';

export function healthRoutes(api: FastifyInstance, service: HealthService): void {
  api.get('/health', { config: { access: 'anyone', scope: 'health:read' } }, async (request, reply) => {
    const health = await service.health();
    if (optionalUser(request) !== null) return health;
    // A gateway that cannot audit lets nobody connect: load balancers should know.
    const serves = health.audit === 'ok' && health.database === 'ok';
    return reply.code(serves ? 200 : 503).send({ status: health.status });
  });
}
